import Inference

/// Names a row of `rollup`: a quarter of an hour, and who called what.
struct RollupKey: Hashable {
    /// Quarters of an hour since 1970, UTC. Every zone's offset has been a multiple of it since 1972, so that days of
    /// all calendars begin with one.
    var slot: Int64
    var identity: Int64

    static let milliseconds: Int64 = 900_000

    init(slot: Int64, identity: Int64) {
        self.slot = slot
        self.identity = identity
    }

    /// - Parameter moment: UTC milliseconds.
    init(at moment: Int64, identity: Int64) {
        self.init(slot: RollupKey.slot(of: moment), identity: identity)
    }

    static func slot(of moment: Int64) -> Int64 { floor(moment, milliseconds) }

    /// Divides and rounds down, below zero too.
    static func floor(_ value: Int64, _ size: Int64) -> Int64 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: size)
        return remainder < 0 ? quotient - 1 : quotient
    }
}

/// What the settled attempts, refused requests and corrections of one slot and identity add up to.
///
/// As a change of a row it may be negative.
struct RollupFigures: Hashable {
    /// A sum of nano-units in two halves: 64 bits hold the sum of a thousand million of the largest amounts.
    struct Amount: Hashable {
        var units: Int64 = 0
        var nanos: Int64 = 0

        mutating func add(_ nano: Int64) {
            units = units.addingClamped(nano / 1_000_000_000)
            nanos = nanos.addingClamped(nano % 1_000_000_000)
        }

        /// Clamped to 64 bits.
        var nano: Int64 { Int64(clamping: Int128(units) * 1_000_000_000 + Int128(nanos)) }
    }

    /// Attempts that no later one followed.
    var requests: Int64 = 0
    var attempts: Int64 = 0
    /// Requests that reached no target.
    var refused: Int64 = 0
    /// Requests whose last attempt has no cost.
    var unpriced: Int64 = 0
    /// How many amounts are in `cost`, corrections among them.
    var priced: Int64 = 0
    var cost = Amount()
    var presumed = Amount()
    var usage = Usage()

    /// A settled attempt.
    static func attempt(superseded: Bool, isPresumed: Bool, cost: Int64?, usage: Usage) -> RollupFigures {
        var figures = RollupFigures()
        figures.attempts = 1
        figures.requests = superseded ? 0 : 1
        figures.unpriced = superseded || cost != nil ? 0 : 1
        figures.usage = usage
        guard let cost else { return figures }
        figures.priced = 1
        figures.cost.add(cost)
        if isPresumed { figures.presumed.add(cost) }
        return figures
    }

    /// A settled attempt that is not the last any more.
    static func superseding(unpriced: Bool) -> RollupFigures {
        var figures = RollupFigures()
        figures.requests = -1
        figures.unpriced = unpriced ? -1 : 0
        return figures
    }

    static let refusal: RollupFigures = {
        var figures = RollupFigures()
        figures.refused = 1
        return figures
    }()

    static func adjustment(_ nano: Int64, releasesPresumed: Bool) -> RollupFigures {
        var figures = RollupFigures()
        figures.priced = 1
        figures.cost.add(nano)
        if releasesPresumed { figures.presumed.add(nano) }
        return figures
    }

    mutating func add(_ other: RollupFigures) {
        requests = requests.addingClamped(other.requests)
        attempts = attempts.addingClamped(other.attempts)
        refused = refused.addingClamped(other.refused)
        unpriced = unpriced.addingClamped(other.unpriced)
        priced = priced.addingClamped(other.priced)
        cost.units = cost.units.addingClamped(other.cost.units)
        cost.nanos = cost.nanos.addingClamped(other.cost.nanos)
        presumed.units = presumed.units.addingClamped(other.presumed.units)
        presumed.nanos = presumed.nanos.addingClamped(other.presumed.nanos)
        usage.add(other.usage)
    }

    mutating func subtract(_ other: RollupFigures) {
        requests = requests.addingClamped(-other.requests)
        attempts = attempts.addingClamped(-other.attempts)
        refused = refused.addingClamped(-other.refused)
        unpriced = unpriced.addingClamped(-other.unpriced)
        priced = priced.addingClamped(-other.priced)
        cost.add(-other.cost.nano)
        presumed.add(-other.presumed.nano)
        usage.add(other.usage.mapTokens { Int64(0).subtractingClamped($0) })
    }
}

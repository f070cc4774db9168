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
        usage.subtract(other.usage)
    }
}

extension Usage {
    mutating func add(_ other: Usage) {
        input = input.addingClamped(other.input)
        cachedInput = cachedInput.addingClamped(other.cachedInput)
        cacheWrite = cacheWrite.addingClamped(other.cacheWrite)
        cacheWrite1h = cacheWrite1h.addingClamped(other.cacheWrite1h)
        cacheWrite12h = cacheWrite12h.addingClamped(other.cacheWrite12h)
        audioInput = audioInput.addingClamped(other.audioInput)
        imageInput = imageInput.addingClamped(other.imageInput)
        output = output.addingClamped(other.output)
        audioOutput = audioOutput.addingClamped(other.audioOutput)
        reasoning = reasoning.addingClamped(other.reasoning)
    }

    mutating func subtract(_ other: Usage) {
        input = input.addingClamped(-other.input)
        cachedInput = cachedInput.addingClamped(-other.cachedInput)
        cacheWrite = cacheWrite.addingClamped(-other.cacheWrite)
        cacheWrite1h = cacheWrite1h.addingClamped(-other.cacheWrite1h)
        cacheWrite12h = cacheWrite12h.addingClamped(-other.cacheWrite12h)
        audioInput = audioInput.addingClamped(-other.audioInput)
        imageInput = imageInput.addingClamped(-other.imageInput)
        output = output.addingClamped(-other.output)
        audioOutput = audioOutput.addingClamped(-other.audioOutput)
        reasoning = reasoning.addingClamped(-other.reasoning)
    }

    /// Counts as a report can add them up: whatever a vendor claims, each at least zero and at most a million million.
    var bounded: Usage {
        func bounded(_ count: Int64) -> Int64 { min(max(0, count), 1_000_000_000_000) }
        var usage = Usage(input: bounded(input), output: bounded(output))
        usage.cachedInput = bounded(cachedInput)
        usage.cacheWrite = bounded(cacheWrite)
        usage.cacheWrite1h = bounded(cacheWrite1h)
        usage.cacheWrite12h = bounded(cacheWrite12h)
        usage.audioInput = bounded(audioInput)
        usage.imageInput = bounded(imageInput)
        usage.audioOutput = bounded(audioOutput)
        usage.reasoning = bounded(reasoning)
        return usage
    }
}

extension Statement {
    /// Ten columns in the order of ``Usage``'s members.
    func usage(from column: Int32) -> Usage {
        var usage = Usage(input: integer(column), output: integer(column + 7))
        usage.cachedInput = integer(column + 1)
        usage.cacheWrite = integer(column + 2)
        usage.cacheWrite1h = integer(column + 3)
        usage.cacheWrite12h = integer(column + 4)
        usage.audioInput = integer(column + 5)
        usage.imageInput = integer(column + 6)
        usage.audioOutput = integer(column + 8)
        usage.reasoning = integer(column + 9)
        return usage
    }

    /// Ten parameters in the order of ``Usage``'s members.
    func bind(_ usage: Usage, from index: Int32) {
        bind(index, usage.input)
        bind(index + 1, usage.cachedInput)
        bind(index + 2, usage.cacheWrite)
        bind(index + 3, usage.cacheWrite1h)
        bind(index + 4, usage.cacheWrite12h)
        bind(index + 5, usage.audioInput)
        bind(index + 6, usage.imageInput)
        bind(index + 7, usage.output)
        bind(index + 8, usage.audioOutput)
        bind(index + 9, usage.reasoning)
    }
}

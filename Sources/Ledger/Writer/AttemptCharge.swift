import Inference

/// What a settlement charges: to the attempt in the price's currency, and to each of its lines. A pure function.
struct AttemptCharge: Hashable {
    /// Nano-units of the price's currency; nil for an unpriced target.
    var cost: Int64?
    /// In the order of the hold's lines.
    var lines: [Int64]
    /// The charge is above the hold.
    var violation: Bool

    init(_ settlement: Settlement, of hold: OpenHold) {
        violation = false
        switch settlement.basis {
        case .notBilled:
            cost = 0
            lines = hold.lines.map { _ in 0 }
        case .presumed:
            cost = hold.bound?.nano
            lines = hold.lines.map(\.held)
        case .reported, .counted:
            guard let billed = settlement.cost, hold.bound == nil || hold.bound?.currency == billed.currency else {
                // A cost that is unknown, or in another currency than the hold, can't be compared with it.
                cost = hold.lines.isEmpty && settlement.cost == nil ? nil : hold.bound?.nano
                lines = hold.lines.map(\.held)
                return
            }
            let nano = max(0, billed.nano)
            cost = nano
            lines = hold.lines.map { line in
                guard let fx = line.fx else { return nano }
                return fx.convert(nano) ?? .max
            }
            violation = hold.bound.map { nano > $0.nano } ?? false
            if zip(lines, hold.lines).contains(where: { $0 > $1.held }) { violation = true }
        }
    }
}

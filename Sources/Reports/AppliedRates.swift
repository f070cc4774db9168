import Inference

/// Which of a price's rates a charge was billed at.
struct AppliedRates: Sendable, Hashable {
    /// None for the standard rates.
    let when: RateConditions
    /// False when no rates of the price explain the cost: those that should have been applied then say what was due.
    let isExact: Bool
}

extension Price {
    /// Finds the rates that make `usage` cost `nano`: those that hold for what the vendor reported, then any others.
    func applied(to usage: Usage, tier: String?, geo: String?, costing nano: Int64) -> AppliedRates {
        let due = conditions(totalInput: usage.totalInput, tier: tier, geo: geo)
        if charge(for: usage, tier: tier, geo: geo)?.nano == nano { return AppliedRates(when: due, isExact: true) }
        if charge(for: usage, at: rates)?.nano == nano { return AppliedRates(when: RateConditions(), isExact: true) }
        let other = conditional.first { charge(for: usage, at: $0.rates)?.nano == nano }
        return AppliedRates(when: other?.when ?? due, isExact: other != nil)
    }
}

import Inference

/// Which of a price's rates a charge was billed at.
struct AppliedRates: Sendable, Hashable {
    /// The vendor's service tier; nil for the standard one.
    let tier: String?
    /// The step for long inputs; nil below the first.
    let aboveInputTokens: Int64?
    /// False when no rates of the price explain the cost: the standard ones then say what would have been due.
    let isExact: Bool
}

extension Price {
    /// Finds the rates that make `usage` cost `nano`: the standard ones first, then the tiers by their names.
    func applied(to usage: Usage, costing nano: Int64) -> AppliedRates {
        let step = longContext.last { usage.totalInput > $0.aboveInputTokens }?.aboveInputTokens
        if charge(for: usage)?.nano == nano {
            return AppliedRates(tier: nil, aboveInputTokens: step, isExact: true)
        }
        let tier = tiers.keys.sorted().first { charge(for: usage, tier: $0)?.nano == nano }
        return AppliedRates(tier: tier, aboveInputTokens: tier == nil ? step : nil, isExact: tier != nil)
    }

    func rates(_ applied: AppliedRates) -> Rates {
        if let tier = applied.tier, let rates = tiers[tier] { return rates }
        return longContext.first { $0.aboveInputTokens == applied.aboveInputTokens }?.rates ?? rates
    }
}

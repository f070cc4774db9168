/// When rates hold: everything that is named must be so. Without any condition they hold always.
public struct RateConditions: Hashable, Sendable {
    /// The service tier that served, as the vendor names it.
    public var tier: String?
    /// The whole input has more tokens than this.
    public var aboveInput: Int64?
    /// Where the vendor says that the call was served, such as `us`.
    public var geo: String?

    public init(tier: String? = nil, aboveInput: Int64? = nil, geo: String? = nil) {
        self.tier = tier
        self.aboveInput = aboveInput
        self.geo = geo
    }

    public var count: Int { (tier == nil ? 0 : 1) + (aboveInput == nil ? 0 : 1) + (geo == nil ? 0 : 1) }

    /// Whether a call of `totalInput` tokens was served under them.
    public func fit(totalInput: Int64, tier: String?, geo: String?) -> Bool {
        (self.tier == nil || self.tier == tier) && (self.geo == nil || self.geo == geo)
            && aboveInput.map { totalInput > $0 } ?? true
    }

    /// Of rates that fit a call, those with the most conditions hold; then those with the greatest `aboveInput`.
    public func outrank(_ other: RateConditions) -> Bool {
        (count, aboveInput ?? -1) > (other.count, other.aboveInput ?? -1)
    }

    /// As in the price book, such as `tier: priority, above_input: 272000`.
    public var text: String {
        let parts = [
            tier.map { "tier: \($0)" }, aboveInput.map { "above_input: \($0)" }, geo.map { "geo: \($0)" },
        ]
        return parts.compactMap(\.self).joined(separator: ", ")
    }

    /// In one word, such as `priority+above-272000`; `standard` without conditions.
    package var word: String {
        let parts = [tier, aboveInput.map { "above-\($0)" }, geo.map { "geo-\($0)" }].compactMap(\.self)
        return parts.isEmpty ? "standard" : parts.joined(separator: "+")
    }

    /// What both ask for; nil when no call can be served under both.
    package func and(_ other: RateConditions) -> RateConditions? {
        guard tier == nil || other.tier == nil || tier == other.tier, geo == nil || other.geo == nil || geo == other.geo
        else { return nil }
        let above = [aboveInput, other.aboveInput].compactMap(\.self).max()
        return RateConditions(tier: tier ?? other.tier, aboveInput: above, geo: geo ?? other.geo)
    }

    /// Whether every call that `narrower` fits is also served under these.
    func include(_ narrower: RateConditions) -> Bool {
        (tier == nil || tier == narrower.tier) && (geo == nil || geo == narrower.geo)
            && aboveInput ?? -1 <= narrower.aboveInput ?? -1
    }
}

/// Rates for the calls that conditions fit.
public struct ConditionalRates: Hashable, Sendable {
    public let when: RateConditions
    public let rates: Rates

    public init(when: RateConditions, _ rates: Rates) {
        self.when = when
        self.rates = rates
    }
}

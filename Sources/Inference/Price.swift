/// One entry of the price book: what one model of one provider costs from a day on.
public struct Price: Sendable, Hashable {
    /// The provider's name in the configuration, or its kind: `openai`, `anthropic`, …
    public var provider: String
    /// The vendor's own model name.
    public var model: String
    /// The first day on which it holds, `YYYY-MM-DD`, from 00:00 UTC.
    public var from: String
    public var currency: Currency
    /// Without conditions: they hold where no others do.
    public var rates: Rates
    /// The rates of calls that conditions fit, those that outrank others before them. Change them with ``set(_:when:)``.
    public private(set) var conditional: [ConditionalRates] = []
    /// What is billed by the piece, such as `web_search`: nano-units each.
    public var perCall: [String: Int64] = [:]
    /// The most input tokens that the model takes.
    public var contextWindow: Int64?
    public var maxOutputTokens: Int64?
    public var source: String

    public init(provider: String, model: String, from: String, currency: Currency, rates: Rates, source: String) {
        self.provider = provider
        self.model = model
        self.from = from
        self.currency = currency
        self.rates = rates
        self.source = source
    }

    /// Sets the rates of the calls that `conditions` fit; without any condition, those of all others.
    public mutating func set(_ rates: Rates, when conditions: RateConditions) {
        guard conditions.count > 0 else {
            self.rates = rates
            return
        }
        conditional.removeAll { $0.when == conditions }
        conditional.append(ConditionalRates(when: conditions, rates))
        conditional.sort { one, other in
            if one.when.outrank(other.when) { return true }
            return !other.when.outrank(one.when) && one.when.text < other.when.text
        }
    }

    /// Two entries that would bill the same call, with nothing to say which does; nil in a sound price.
    ///
    /// Neither outranks the other, and no third entry that does holds for all calls that both fit.
    package var tie: (RateConditions, RateConditions)? {
        let all = conditional.map(\.when)
        for (index, one) in all.enumerated() {
            for other in all[(index + 1)...] where !one.outrank(other) && !other.outrank(one) {
                guard let both = one.and(other) else { continue }
                if !all.contains(where: { $0.outrank(one) && $0.include(both) }) { return (one, other) }
            }
        }
        return nil
    }
}

/// What an attempt cost, and which classes had no price of their own.
public struct Charge: Sendable, Hashable {
    public var nano: Int64
    /// What finance should look at: names of billing classes that were billed at the fallback price, `unpriced:` and the
    /// name of what is billed by the piece and has no price; `tier:`, `geo:` and `above_input:` with what the call was
    /// served under and the rates that it was billed at do not name.
    public var unpricedClasses: [String]
}

extension Price {
    /// The conditions under which a call is billed; none are the standard rates.
    public func conditions(totalInput: Int64, tier: String?, geo: String?) -> RateConditions {
        applying(totalInput, tier, geo)?.when ?? RateConditions()
    }

    /// The rates that stand under exactly these conditions.
    public func rates(when conditions: RateConditions) -> Rates? {
        conditions.count == 0 ? rates : conditional.first { $0.when == conditions }?.rates
    }

    /// Those that outrank others come first.
    private func applying(_ totalInput: Int64, _ tier: String?, _ geo: String?) -> ConditionalRates? {
        conditional.first { $0.when.fit(totalInput: totalInput, tier: tier, geo: geo) }
    }

    /// Returns what `usage` costs, rounded up once to the next nano-unit; nil when it exceeds `Int64`.
    ///
    /// - Parameters:
    ///   - tier: the service tier that the vendor reports to have served.
    ///   - geo: where, if the vendor reports a place that may have a price of its own.
    public func charge(for usage: Usage, tier: String? = nil, geo: String? = nil) -> Charge? {
        if currency == .usd, let cost = usage.extras?[Usage.vendorCost], cost > 0 {
            return Charge(nano: cost, unpricedClasses: [])
        }
        let applied = applying(usage.totalInput, tier, geo)
        guard var charge = charge(for: usage, at: applied?.rates ?? rates) else { return nil }
        charge.unpricedClasses += unnamed(applied?.when ?? RateConditions(), usage.totalInput, tier, geo)
        return charge
    }

    /// Returns what `usage` costs at some rates of this price.
    package func charge(for usage: Usage, at rates: Rates) -> Charge? {
        var sum = Int128(0)
        var isBeyond = false
        var unpriced: [String] = []
        func add(_ count: Int64, _ rate: Int128) {
            let (cost, tooMuch) = Int128(count).multipliedReportingOverflow(by: rate)
            let (more, overflowed) = sum.addingReportingOverflow(cost)
            (sum, isBeyond) = (more, isBeyond || tooMuch || overflowed)
        }
        for each in BillingClass.all where usage[each] > 0 {
            if rates[each] == nil { unpriced.append(each.name) }
            add(usage[each], Int128(rates.rate(of: each)))
        }
        // No count of tokens says what a search costs: without a price it can only be flagged.
        for (name, count) in usage.pieces where count > 0 {
            guard let rate = perCall[name] else {
                unpriced.append("unpriced:\(name)")
                continue
            }
            add(count, Int128(rate) * 1_000_000)
        }
        guard !isBeyond, sum <= .max - 999_999 else { return nil }
        return Int64(exactly: Price.dividedUp(sum)).map { Charge(nano: $0, unpricedClasses: unpriced) }
    }

    /// What the call was served under and the rates that were applied say nothing of.
    private func unnamed(_ applied: RateConditions, _ totalInput: Int64, _ tier: String?, _ geo: String?) -> [String] {
        var names: [String] = []
        if let tier, applied.tier != tier, !ServiceTier.isStandard(tier) { names.append("tier:\(tier.prefix(32))") }
        if let geo, applied.geo != geo { names.append("geo:\(geo.prefix(32))") }
        let steps = conditional.lazy.compactMap(\.when.aboveInput).filter { totalInput > $0 }
        if let step = steps.max(), step > applied.aboveInput ?? -1 { names.append("above_input:\(step)") }
        return names
    }

    /// Whether it is known what a call costs that asks for this service tier.
    public func covers(tier: String) -> Bool {
        let reported = ServiceTier.reported(tier)
        return ServiceTier.isStandard(tier) || conditional.contains { $0.when == RateConditions(tier: reported) }
    }

    /// Returns the most that `input` and `output` tokens of unknown classes can cost; nil when it exceeds `Int64`.
    ///
    /// The bound holds for every place, and for long contexts that `input` allows.
    ///
    /// - Parameters:
    ///   - pieces: the most that is billed by the piece, in nano-units.
    ///   - tiers: the service tiers beside the standard one that may serve; nil: any.
    public func upperBound(input: Int64, output: Int64, pieces: Int64 = 0, tiers: Set<String>? = nil) -> Int64? {
        let reachable = conditional.lazy.filter { entry in
            if let tier = entry.when.tier, let tiers, !tiers.contains(tier) { return false }
            return entry.when.aboveInput.map { $0 < input } ?? true
        }
        var most = Price.dearest(rates, input, output)
        for entry in reachable { most = max(most, Price.dearest(entry.rates, input, output)) }
        return Int64(exactly: Price.dividedUp(most) + Int128(pieces))
    }

    private static func dearest(_ rates: Rates, _ input: Int64, _ output: Int64) -> Int128 {
        Int128(input) * Int128(rates.dearestInput) + Int128(output) * Int128(rates.dearestOutput)
    }

    /// `sum` is in nano-units times tokens per million: one division, upwards.
    private static func dividedUp(_ sum: Int128) -> Int128 {
        (sum + 999_999) / 1_000_000
    }
}

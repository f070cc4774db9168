/// What one model of one provider costs from a day on: nano-units per million tokens, by billing class.
///
/// `nil` means that the price book names no price for the class; such tokens are billed at ``fallback`` and flagged.
public struct Rates: Sendable, Hashable {
    public var input: Int64
    public var cachedInput: Int64?
    public var cacheWrite: Int64?
    public var cacheWrite1h: Int64?
    public var cacheWrite12h: Int64?
    public var audioInput: Int64?
    public var imageInput: Int64?
    public var output: Int64
    public var audioOutput: Int64?
    public var imageOutput: Int64?

    public init(input: Int64, output: Int64) {
        self.input = input
        self.output = output
    }

    /// What an input class without a price of its own is billed at: the dearer of `input` and `cacheWrite`.
    public var fallback: Int64 { max(input, cacheWrite ?? 0) }

    /// The dearest that an input token can be.
    public var dearestInput: Int64 {
        [input, cachedInput, cacheWrite, cacheWrite1h, cacheWrite12h, audioInput, imageInput].compactMap(\.self).max()
            ?? input
    }

    /// The dearest that an output token can be; sound and images without a price of their own are billed at
    /// ``fallback`` or `output`, whichever is dearer.
    public var dearestOutput: Int64 { max(output, audioOutput ?? fallback, imageOutput ?? fallback) }
}

/// A price for requests whose whole input is longer than `aboveInputTokens`; it then holds for every class.
public struct LongContextRates: Sendable, Hashable {
    public var aboveInputTokens: Int64
    public var rates: Rates

    public init(aboveInputTokens: Int64, rates: Rates) {
        self.aboveInputTokens = aboveInputTokens
        self.rates = rates
    }
}

/// One entry of the price book.
public struct Price: Sendable, Hashable {
    /// The provider's name in the configuration, or its kind: `openai`, `anthropic`, …
    public var provider: String
    /// The vendor's own model name.
    public var model: String
    /// The first day on which it holds, `YYYY-MM-DD`, from 00:00 UTC.
    public var from: String
    public var currency: Currency
    public var rates: Rates
    /// In ascending order of the limit.
    public var longContext: [LongContextRates] = []
    /// By the name that the vendor reports: `batch`, `flex`, `priority`.
    public var tiers: [String: Rates] = [:]
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
}

/// What an attempt cost, and which classes had no price of their own.
public struct Charge: Sendable, Hashable {
    public var nano: Int64
    /// Names of billing classes that were billed at the fallback price, `unpriced:` and the name of what is billed by
    /// the piece and has no price, `tier:` and the name of an unknown tier; finance looks at these rows.
    public var unpricedClasses: [String]
}

extension Price {
    /// Returns what `usage` costs, rounded up once to the next nano-unit; nil when it exceeds `Int64`.
    ///
    /// - Parameter tier: the service tier that the vendor reports to have served. One that the book does not know bills as
    ///   standard and is flagged as `tier:` and its name.
    public func charge(for usage: Usage, tier: String? = nil) -> Charge? {
        if currency == .usd, let cost = usage.extras?[Usage.vendorCost], cost > 0 {
            return Charge(nano: cost, unpricedClasses: [])
        }
        let rates = rates(totalInput: usage.totalInput, tier: tier)
        var sum = Int128(0)
        var unpriced: [String] = []
        func add(_ tokens: Int64, _ rate: Int64?, _ name: String, fallback: Int64) {
            guard tokens > 0 else { return }
            if rate == nil { unpriced.append(name) }
            sum += Int128(tokens) * Int128(rate ?? fallback)
        }
        add(usage.input, rates.input, "input", fallback: 0)
        add(usage.cachedInput, rates.cachedInput, "cached_input", fallback: rates.fallback)
        add(usage.cacheWrite, rates.cacheWrite, "cache_write", fallback: rates.fallback)
        add(usage.cacheWrite1h, rates.cacheWrite1h, "cache_write_1h", fallback: rates.fallback)
        add(usage.cacheWrite12h, rates.cacheWrite12h, "cache_write_12h", fallback: rates.fallback)
        add(usage.audioInput, rates.audioInput, "audio_input", fallback: rates.fallback)
        add(usage.imageInput, rates.imageInput, "image_input", fallback: rates.fallback)
        add(usage.output, rates.output, "output", fallback: 0)
        add(usage.audioOutput, rates.audioOutput, "audio_output", fallback: max(rates.fallback, rates.output))
        add(usage.imageOutput, rates.imageOutput, "image_output", fallback: max(rates.fallback, rates.output))
        if let extras = usage.extras { addExtras(extras, to: &sum, &unpriced) }
        if let tier, tiers[tier] == nil, !Price.standardTiers.contains(tier) {
            unpriced.append("tier:\(tier.prefix(32))")
        }
        return Int64(exactly: Price.dividedUp(sum)).map { Charge(nano: $0, unpricedClasses: unpriced) }
    }

    /// No count of tokens says what a search costs: without a price it can only be flagged.
    private func addExtras(_ extras: [String: Int64], to sum: inout Int128, _ unpriced: inout [String]) {
        for (name, count) in extras.sorted(by: { $0.key < $1.key }) where count > 0 && name != Usage.vendorCost {
            guard let rate = perCall[name] else {
                unpriced.append("unpriced:\(name)")
                continue
            }
            sum += Int128(count) * Int128(rate) * 1_000_000
        }
    }

    /// What vendors call the tier whose prices are the standard ones.
    private static let standardTiers: Set<String> = ["default", "standard", "auto", "on_demand"]

    /// Whether it is known what a call costs that asks for this service tier.
    ///
    /// `fast` is reported as `priority` by the vendor that has it.
    public func covers(tier: String) -> Bool {
        Price.standardTiers.contains(tier) || tiers[tier == "fast" ? "priority" : tier] != nil
    }

    /// Returns the most that `input` and `output` tokens of unknown classes can cost; nil when it exceeds `Int64`.
    ///
    /// The bound holds for every service tier and for long contexts that `input` allows.
    ///
    /// - Parameter pieces: the most that is billed by the piece, in nano-units.
    public func upperBound(input: Int64, output: Int64, pieces: Int64 = 0) -> Int64? {
        let reachable = longContext.filter { $0.aboveInputTokens < input }.map(\.rates)
        let candidates = [rates] + reachable + tiers.values
        let costs = candidates.map { rates in
            Int128(input) * Int128(rates.dearestInput) + Int128(output) * Int128(rates.dearestOutput)
        }
        return costs.max().flatMap { Int64(exactly: Price.dividedUp($0) + Int128(pieces)) }
    }

    private func rates(totalInput: Int64, tier: String?) -> Rates {
        if let tier, let rates = tiers[tier] { return rates }
        return longContext.last { totalInput > $0.aboveInputTokens }?.rates ?? rates
    }

    /// `sum` is in nano-units times tokens per million: one division, upwards.
    private static func dividedUp(_ sum: Int128) -> Int128 {
        (sum + 999_999) / 1_000_000
    }
}

/// All prices, by provider and model, each with its days.
public struct PriceBook: Sendable {
    private var entries: [String: [Price]] = [:]

    /// Creates a book; entries may come in any order.
    public init(_ prices: [Price] = []) {
        for price in prices {
            entries[PriceBook.key(price.provider, price.model), default: []].append(price)
        }
        for key in entries.keys {
            entries[key]?.sort { $0.from < $1.from }
        }
    }

    public var all: [Price] {
        entries.values.flatMap(\.self).sorted { ($0.provider, $0.model, $0.from) < ($1.provider, $1.model, $1.from) }
    }

    /// Returns the price that holds on `day` (`YYYY-MM-DD`, UTC), or nil: an unpriced model is never free.
    public func price(provider: String, model: String, on day: String) -> Price? {
        entries[PriceBook.key(provider, model)]?.last { $0.from <= day }
    }

    /// All prices of one model, by their day, ascending.
    public func entries(provider: String, model: String) -> [Price] {
        entries[PriceBook.key(provider, model)] ?? []
    }

    private static func key(_ provider: String, _ model: String) -> String { "\(provider)\u{1F}\(model)" }
}

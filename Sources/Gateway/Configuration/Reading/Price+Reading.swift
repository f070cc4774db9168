import Inference
import YAML

enum PriceKey: String, ConfigurationKey {
    case provider, model, from, currency, mode, free, source, rates, tiers, note, unusual
    case perCall = "per_call"
    case longContext = "long_context"
    case contextWindow = "context_window"
    case maxOutputTokens = "max_output_tokens"

    static let section = "prices.yaml: prices[]"
}

extension Price {
    /// What a model gives back, and so what it has a price for.
    private enum Mode: String, CaseIterable {
        case chat
        /// No output tokens, hence no price for them.
        case embedding
    }

    /// Reads an entry of the price book: amounts per million tokens.
    static func read(_ reader: MappingReader<PricedKey<PriceKey>>) -> PriceEntry? {
        let context = reader.context
        let provider = reader.required(.own(.provider), example: "provider: openai").flatMap(context.string)
        let model = reader.required(.own(.model), example: "model: gpt-5").flatMap(context.string)
        let from = reader.required(.own(.from), example: "from: \"2026-11-01\"").flatMap(context.day)
        let currency = reader.required(.own(.currency), example: "currency: USD").flatMap(context.currency)
        let source = reader.required(.own(.source), example: "source: the vendor's price page, 2026-11-01").flatMap(
            context.string)
        var mode = Mode.chat
        reader.choice(.own(.mode), into: &mode)
        var isFree = false
        reader.bool(.own(.free), into: &isFree)
        let form = RatesForm(hasOutput: mode == .chat, allowsZero: isFree)
        let rates = reader.rates(form)
        guard let provider, let model, let from, let currency, let source, let rates else { return nil }
        var price = Price(
            provider: provider, model: model, from: from, currency: currency, rates: rates, source: source)
        price.readVariations(reader, form)
        reader.integer(.own(.contextWindow), 1...ModelSettings.mostTokens, into: &price.contextWindow)
        reader.integer(.own(.maxOutputTokens), 1...ModelSettings.mostTokens, into: &price.maxOutputTokens)
        var entry = PriceEntry(
            price: price, isUnusual: false, hasOutput: mode == .chat, place: context.place(reader.value.node.position))
        reader.string(.own(.note), into: &entry.note)
        reader.bool(.own(.unusual), into: &entry.isUnusual)
        return entry
    }

    private mutating func readVariations(_ reader: MappingReader<PricedKey<PriceKey>>, _ form: RatesForm) {
        let context = reader.context
        if let mapping = reader.optional(.own(.perCall)) {
            for (name, value) in context.named(mapping, what: "thing that is billed by the piece") {
                readPerCall(name, value, context)
            }
        }
        if let list = reader.optional(.own(.longContext)) { readLongContext(list, form, context) }
        if let mapping = reader.optional(.own(.tiers)) {
            for (name, value) in context.named(mapping, what: "service tier") {
                guard let inner = MappingReader<PricedKey<TierKey>>(value, in: context) else { continue }
                add(inner.rates(form), when: RateConditions(tier: name), value, context)
            }
        }
        if let list = reader.optional(.own(.rates)) {
            for element in context.elements(list, of: "rates") {
                guard let inner = MappingReader<PricedKey<RateKey>>(element, in: context),
                    let when = inner.required(.own(.when), example: "when: {tier: priority, above_input: 272000}"),
                    let conditions = RateConditions.read(when, context)
                else { continue }
                add(inner.rates(form), when: conditions, element, context)
            }
        }
        if let (one, other) = tie {
            context.error(
                reader.value,
                "\(provider)/\(model): {\(one.text)} and {\(other.text)} fit the same calls, and neither has "
                    + "more conditions; add rates for {\(one.and(other)?.text ?? "")}")
        }
    }

    private mutating func readLongContext(_ list: ConfigurationValue, _ form: RatesForm, _ context: ReadingContext) {
        var last: Int64 = 0
        for element in context.elements(list, of: "long contexts") {
            guard let inner = MappingReader<PricedKey<LongContextKey>>(element, in: context),
                let value = inner.required(.own(.aboveInputTokens), example: "above_input_tokens: 200000"),
                let limit = context.integer(value, in: 1...ModelSettings.mostTokens)
            else { continue }
            guard limit > last else {
                context.error(element, "overlaps the one before it: above_input_tokens must grow from step to step")
                continue
            }
            last = limit
            add(inner.rates(form), when: RateConditions(aboveInput: limit), element, context)
        }
    }

    private mutating func add(
        _ rates: Rates?, when conditions: RateConditions, _ value: ConfigurationValue, _ context: ReadingContext
    ) {
        guard let rates else { return }
        if self.rates(when: conditions) != nil {
            context.error(value, "{\(conditions.text)} has rates already; each set of conditions has one entry")
        }
        set(rates, when: conditions)
    }

    /// Zero is a price here: it says that the piece is known to be free.
    private mutating func readPerCall(_ name: String, _ value: ConfigurationValue, _ context: ReadingContext) {
        guard UsageExtras.isName(name), name != Usage.vendorCost else {
            context.error(value, "its name has 1 to 64 of the characters a-z 0-9 _, such as web_search")
            return
        }
        guard let nano = context.price(value) else { return }
        guard nano <= 1_000_000_000_000 else {
            context.error(value, "is above 1000 for one piece; the unit is one piece, not a thousand")
            return
        }
        perCall[name] = nano
    }
}

extension RateConditions {
    /// Reads `when`; reports and returns nil when it names no condition.
    fileprivate static func read(_ value: ConfigurationValue, _ context: ReadingContext) -> RateConditions? {
        guard let reader = MappingReader<WhenKey>(value, in: context) else { return nil }
        var conditions = RateConditions()
        reader.string(.tier, into: &conditions.tier)
        reader.integer(.aboveInput, 1...ModelSettings.mostTokens, into: &conditions.aboveInput)
        reader.string(.geo, into: &conditions.geo)
        guard conditions.count > 0 else {
            if case .mapping(let members) = value.node.value, members.isEmpty {
                context.error(value, "names no condition; the entry's own prices are those without any")
            }
            return nil
        }
        return conditions
    }
}

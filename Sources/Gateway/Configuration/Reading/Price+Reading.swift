import Inference
import YAML

enum PriceKey: String, ConfigurationKey {
    case provider, model, from, currency, mode, free, source, tiers, note, unusual
    case input, output
    case cachedInput = "cached_input"
    case cacheWrite = "cache_write"
    case cacheWrite1h = "cache_write_1h"
    case cacheWrite12h = "cache_write_12h"
    case audioInput = "audio_input"
    case imageInput = "image_input"
    case audioOutput = "audio_output"
    case imageOutput = "image_output"
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
    static func read(_ reader: MappingReader<PriceKey>) -> PriceEntry? {
        let context = reader.context
        let provider = reader.required(.provider, example: "provider: openai").flatMap(context.string)
        let model = reader.required(.model, example: "model: gpt-5").flatMap(context.string)
        let from = reader.required(.from, example: "from: \"2026-11-01\"").flatMap(context.day)
        let currency = reader.required(.currency, example: "currency: USD").flatMap(context.currency)
        let source = reader.required(.source, example: "source: the vendor's price page, 2026-11-01").flatMap(
            context.string)
        var mode = Mode.chat
        reader.choice(.mode, into: &mode)
        var isFree = false
        reader.bool(.free, into: &isFree)
        let form = RatesForm(hasOutput: mode == .chat, allowsZero: isFree)
        let rates = reader.rates(form)
        guard let provider, let model, let from, let currency, let source, let rates else { return nil }
        var price = Price(
            provider: provider, model: model, from: from, currency: currency, rates: rates, source: source)
        price.readVariations(reader, form)
        reader.integer(.contextWindow, 1...ModelSettings.mostTokens, into: &price.contextWindow)
        reader.integer(.maxOutputTokens, 1...ModelSettings.mostTokens, into: &price.maxOutputTokens)
        var entry = PriceEntry(
            price: price, isUnusual: false, hasOutput: mode == .chat, place: context.place(reader.value.node.position))
        reader.string(.note, into: &entry.note)
        reader.bool(.unusual, into: &entry.isUnusual)
        return entry
    }

    private mutating func readVariations(_ reader: MappingReader<PriceKey>, _ form: RatesForm) {
        let context = reader.context
        if let list = reader.optional(.longContext) {
            for element in context.elements(list, of: "long contexts") {
                guard let inner = MappingReader<LongContextKey>(element, in: context) else { continue }
                guard let step = inner.step(form) else { continue }
                if let last = longContext.last, last.aboveInputTokens >= step.aboveInputTokens {
                    context.error(element, "overlaps the one before it: above_input_tokens must grow from step to step")
                }
                longContext.append(step)
            }
        }
        if let mapping = reader.optional(.perCall) {
            for (name, value) in context.named(mapping, what: "thing that is billed by the piece") {
                readPerCall(name, value, context)
            }
        }
        if let mapping = reader.optional(.tiers) {
            for (name, value) in context.named(mapping, what: "service tier") {
                if let inner = MappingReader<RatesKey>(value, in: context) { tiers[name] = inner.rates(form) }
            }
        }
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

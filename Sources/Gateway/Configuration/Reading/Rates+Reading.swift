import Inference

/// Keys of a mapping that holds prices by billing class.
protocol RateKey: ConfigurationKey {
    static var input: Self { get }
    static var output: Self { get }
    static var cachedInput: Self { get }
    static var cacheWrite: Self { get }
    static var cacheWrite1h: Self { get }
    static var cacheWrite12h: Self { get }
    static var audioInput: Self { get }
    static var imageInput: Self { get }
    static var audioOutput: Self { get }
    static var imageOutput: Self { get }
}

extension PriceKey: RateKey {}

enum RatesKey: String, RateKey {
    case input, output
    case cachedInput = "cached_input"
    case cacheWrite = "cache_write"
    case cacheWrite1h = "cache_write_1h"
    case cacheWrite12h = "cache_write_12h"
    case audioInput = "audio_input"
    case imageInput = "image_input"
    case audioOutput = "audio_output"
    case imageOutput = "image_output"

    static let section = "prices.yaml: prices[].tiers.NAME"
}

enum LongContextKey: String, RateKey {
    case aboveInputTokens = "above_input_tokens"
    case input, output
    case cachedInput = "cached_input"
    case cacheWrite = "cache_write"
    case cacheWrite1h = "cache_write_1h"
    case cacheWrite12h = "cache_write_12h"
    case audioInput = "audio_input"
    case imageInput = "image_input"
    case audioOutput = "audio_output"
    case imageOutput = "image_output"

    static let section = "prices.yaml: prices[].long_context[]"
}

/// Which prices an entry must have, and whether they may be zero.
struct RatesForm {
    var hasOutput: Bool
    var allowsZero: Bool
}

extension MappingReader where Key: RateKey {
    /// Reads the classes that are named; nil when one of the necessary two is missing or wrong.
    func rates(_ form: RatesForm) -> Rates? {
        let input = required(.input, example: "input: 0.15").flatMap { rate($0, form) }
        var output: Int64? = 0
        if form.hasOutput {
            output = required(.output, example: "output: 0.60").flatMap { rate($0, form) }
        } else if has(.output) {
            context.findings.add(.error, place(.output), "\(path(.output)): an embedding has no output; leave it out")
        }
        guard let input, let output else { return nil }
        var rates = Rates(input: input, output: output)
        rates.cachedInput = optionalRate(.cachedInput, form)
        rates.cacheWrite = optionalRate(.cacheWrite, form)
        rates.cacheWrite1h = optionalRate(.cacheWrite1h, form)
        rates.cacheWrite12h = optionalRate(.cacheWrite12h, form)
        rates.audioInput = optionalRate(.audioInput, form)
        rates.imageInput = optionalRate(.imageInput, form)
        rates.audioOutput = optionalRate(.audioOutput, form)
        rates.imageOutput = optionalRate(.imageOutput, form)
        return rates
    }

    private func optionalRate(_ key: Key, _ form: RatesForm) -> Int64? {
        scalar(key).flatMap { rate($0, form) }
    }

    /// A price per million tokens; the bound leaves room for the longest context in `Int64` nano-units.
    private func rate(_ value: ConfigurationValue, _ form: RatesForm) -> Int64? {
        guard let nano = context.price(value) else { return nil }
        if nano == 0, !form.allowsZero {
            context.error(value, "is zero; if the model costs nothing, add 'free: true', else leave the class out")
            return nil
        }
        guard nano <= 1_000_000_000_000_000 else {
            context.error(value, "is above 1000000 per million tokens; the unit is a million tokens, not one")
            return nil
        }
        return nano
    }
}

extension MappingReader where Key == LongContextKey {
    func step(_ form: RatesForm) -> LongContextRates? {
        var limit: Int64?
        if let value = required(.aboveInputTokens, example: "above_input_tokens: 200000") {
            limit = context.integer(value, in: 1...ModelSettings.mostTokens)
        }
        guard let limit, let rates = rates(form) else { return nil }
        return LongContextRates(aboveInputTokens: limit, rates: rates)
    }
}

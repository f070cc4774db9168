import Inference
import YAML

enum PriceBookKey: String, ConfigurationKey {
    case prices, fx
    case fxFile = "fx_file"
    case fxMissing = "fx_missing"

    static let section = "prices.yaml"
}

enum ExchangeRateKey: String, ConfigurationKey {
    case date, base, quote, rate, source

    static let section = "prices.yaml: fx[]"
}

/// A file of dated prices and exchange rates.
struct PriceBookFile {
    var entries: [PriceEntry] = []
    var rates: [FXRate] = []
    /// A further file with rates, and where it is named.
    var rateFile: (path: String, place: SourcePlace)?
    var missing = ExchangeRates.Missing.deny

    init() {}

    init(_ root: ConfigurationValue, in context: ReadingContext) {
        guard let reader = MappingReader<PriceBookKey>(root, in: context) else { return }
        if let list = reader.optional(.prices) { readPrices(context.elements(list, of: "prices"), context) }
        if let list = reader.optional(.fx) { readRates(context.elements(list, of: "rates"), context) }
        if let path = reader.scalar(.fxFile).flatMap(context.path) { rateFile = (path, reader.place(.fxFile)) }
        reader.choice(.fxMissing, into: &missing)
    }

    private mutating func readPrices(_ elements: [ConfigurationValue], _ context: ReadingContext) {
        var seen: [String: Int] = [:]
        for element in elements {
            guard let reader = MappingReader<PricedKey<PriceKey>>(element, in: context), let entry = Price.read(reader)
            else {
                continue
            }
            if let line = seen.updateValue(element.node.position.line, forKey: entry.name) {
                context.error(element, "\(entry.name) has a price in line \(line) already; a day has one price")
            }
            entries.append(entry)
        }
    }

    private mutating func readRates(_ elements: [ConfigurationValue], _ context: ReadingContext) {
        var seen: [String: Int] = [:]
        for element in elements {
            guard let reader = MappingReader<ExchangeRateKey>(element, in: context) else { continue }
            guard let rate = FXRate.read(reader) else { continue }
            let name = "\(rate.base)/\(rate.quote) on \(rate.day)"
            if let line = seen.updateValue(element.node.position.line, forKey: name) {
                context.error(element, "\(name) has a rate in line \(line) already; a day has one rate")
            }
            rates.append(rate)
        }
    }
}

extension FXRate {
    fileprivate static func read(_ reader: MappingReader<ExchangeRateKey>) -> FXRate? {
        let context = reader.context
        let date = reader.required(.date, example: "date: \"2026-11-20\"").flatMap(context.day)
        let base = reader.required(.base, example: "base: EUR").flatMap(context.currency)
        let quote = reader.required(.quote, example: "quote: USD").flatMap(context.currency)
        let nano = reader.required(.rate, example: "rate: 1.0843").flatMap(context.price)
        let source = reader.required(.source, example: "source: ECB reference rate").flatMap(context.string)
        guard let date, let base, let quote, let nano, let source else { return nil }
        if base == quote {
            context.error(reader.value, "base and quote are both \(base); they must differ")
            return nil
        }
        guard nano > 0 else {
            context.findings.add(.error, reader.place(.rate), "\(reader.path(.rate)): must be above zero")
            return nil
        }
        return FXRate(base: base, quote: quote, day: date, nano: nano, source: source)
    }
}

extension ReadingContext {
    func currency(_ value: ConfigurationValue) -> Currency? {
        guard let text = string(value) else { return nil }
        if let currency = Currency(text) { return currency }
        error(value, "\(value.quoted) is no ISO 4217 currency; write three capital letters, such as USD")
        return nil
    }

    /// A price or rate as nano-units: a plain number, not negative, with at most nine places.
    func price(_ value: ConfigurationValue) -> Int64? {
        if let nano = exactNano(value) { return nano }
        switch value.node.value {
        case .integer, .decimal:
            error(value, "must not be negative, and has at most nine places and no exponent, such as 0.15")
        case .null, .bool, .string, .sequence, .mapping:
            error(value, "is \(value.node.value.kind); it must be a plain number without unit, such as 0.15")
        }
        return nil
    }
}

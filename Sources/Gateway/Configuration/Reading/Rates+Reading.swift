import Inference

/// The keys of a mapping that holds prices by billing class, beside keys of its own.
enum PricedKey<Own: ConfigurationKey>: ConfigurationKey {
    case own(Own)
    case price(BillingClass)

    init?(rawValue: String) {
        if let own = Own(rawValue: rawValue) {
            self = .own(own)
        } else if let billingClass = BillingClass(name: rawValue) {
            self = .price(billingClass)
        } else {
            return nil
        }
    }

    var rawValue: String {
        switch self {
        case .own(let key): key.rawValue
        case .price(let billingClass): billingClass.name
        }
    }

    static var allCases: [PricedKey] { Own.allCases.map { .own($0) } + BillingClass.all.map { .price($0) } }
    static var section: String { Own.section }
}

/// A service tier has no keys beside its prices.
enum TierKey: ConfigurationKey {
    init?(rawValue: String) { nil }

    var rawValue: String { switch self {} }

    static let allCases: [TierKey] = []
    static let section = "prices.yaml: prices[].tiers.NAME"
}

enum LongContextKey: String, ConfigurationKey {
    case aboveInputTokens = "above_input_tokens"

    static let section = "prices.yaml: prices[].long_context[]"
}

enum RateKey: String, ConfigurationKey {
    case when

    static let section = "prices.yaml: prices[].rates[]"
}

enum WhenKey: String, ConfigurationKey {
    case tier
    case aboveInput = "above_input"
    case geo

    static let section = "prices.yaml: prices[].rates[].when"
}

/// Which prices an entry must have, and whether they may be zero.
struct RatesForm {
    var hasOutput: Bool
    var allowsZero: Bool
}

extension MappingReader {
    /// Reads the classes that are named; nil when one of the necessary two is missing or wrong.
    func rates<Own>(_ form: RatesForm) -> Rates? where Key == PricedKey<Own> {
        let input = required(.price(.input), example: "input: 0.15").flatMap { rate($0, form) }
        var output: Int64? = 0
        if form.hasOutput {
            output = required(.price(.output), example: "output: 0.60").flatMap { rate($0, form) }
        } else if has(.price(.output)) {
            let key = Key.price(.output)
            context.findings.add(.error, place(key), "\(path(key)): an embedding has no output; leave it out")
        }
        guard let input, let output else { return nil }
        var rates = Rates(input: input, output: output)
        for each in BillingClass.all where each != .input && each != .output {
            rates[each] = scalar(.price(each)).flatMap { rate($0, form) }
        }
        return rates
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

import Inference

/// What is counted and priced: tokens of a billing class, or pieces of a kind.
struct Meter: Sendable {
    /// As in the price book, such as `cached_input` or `web_search`.
    let name: String
    /// For people.
    let title: String
    let quantity: Int64
    /// Nano-units for as many as ``unit`` says.
    let rate: Int64
    let unit: Unit

    /// What one price is for.
    struct Unit: Sendable {
        /// Of what is counted, such as `Tokens`.
        let name: String
        /// Decimal places: the price is for ten to this power of them.
        let places: Int

        static let tokens = Unit(name: "Tokens", places: 6)
        static let seconds = Unit(name: "Seconds", places: 0)
        static let pieces = Unit(name: "Units", places: 0)

        /// As a price is said: `1000000 Tokens`.
        var priced: String { places == 0 ? name : "1" + String(repeating: "0", count: places) + " " + name }
    }

    /// What is due, in 10⁻¹⁵ of a unit of the currency.
    var due: Int128 { Int128(quantity) * Int128(rate) * (unit.places == 0 ? 1_000_000 : 1) }
}

extension Usage {
    /// The classes and pieces that were used. Pieces without a price are left out: nobody knows what they cost.
    func meters(at rates: Rates, _ perCall: [String: Int64]) -> [Meter] {
        let tokens = BillingClass.all.filter { self[$0] > 0 }.map { each in
            Meter(
                name: each.name, title: each.title, quantity: self[each], rate: rates.rate(of: each), unit: .tokens)
        }
        return tokens
            + pieces.filter { $0.count > 0 }.compactMap { name, count in
                perCall[name].map { rate in
                    Meter(
                        name: name, title: Usage.title(name), quantity: count, rate: rate,
                        unit: name == "audio_seconds" ? .seconds : .pieces)
                }
            }
    }

    /// `web_search` as `Web Search`.
    private static func title(_ name: String) -> String {
        name.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: " ")
    }
}

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

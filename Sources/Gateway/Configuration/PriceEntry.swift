package import Inference

/// An entry of the price book as its file has it: a price, and what the file says about it.
package struct PriceEntry: Sendable {
    package var price: Price
    /// For readers of the book; billing does not look at it.
    package var note: String?
    /// A leap from the entry before is meant.
    package var isUnusual: Bool
    /// Whether the model writes tokens that are billed.
    package var hasOutput: Bool
    /// The file, as it was named.
    package var file: String { place.file }
    /// From 1.
    package var line: Int { place.line }
    var place: SourcePlace

    /// `openai/gpt-5 from 2026-11-01`
    package var name: String { "\(price.provider)/\(price.model) from \(price.from)" }
}

extension Price {
    /// Every amount that the entry names, by its place in the entry, such as `input` or `tiers.batch.output`.
    package var amounts: [(name: String, nano: Int64)] {
        var all = rates.amounts(under: "")
        for entry in conditional { all += entry.rates.amounts(under: entry.when.place + ".") }
        all += perCall.sorted { $0.key < $1.key }.map { (name: "per_call.\($0.key)", nano: $0.value) }
        return all
    }
}

extension Rates {
    fileprivate func amounts(under prefix: String) -> [(name: String, nano: Int64)] {
        prices.map { (name: prefix + $0.billingClass.name, nano: $0.nano) }
    }
}

extension RateConditions {
    /// Where rates under these conditions stand in an entry: one condition alone has a place of its own.
    fileprivate var place: String {
        switch (tier, aboveInput, geo) {
        case (let tier?, nil, nil): "tiers.\(tier)"
        case (nil, let limit?, nil): "long_context.\(limit)"
        default: "rates[\(text)]"
        }
    }
}

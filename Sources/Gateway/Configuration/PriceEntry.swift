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
        for step in longContext { all += step.rates.amounts(under: "long_context.\(step.aboveInputTokens).") }
        for (tier, rates) in tiers.sorted(by: { $0.key < $1.key }) { all += rates.amounts(under: "tiers.\(tier).") }
        all += perCall.sorted { $0.key < $1.key }.map { (name: "per_call.\($0.key)", nano: $0.value) }
        return all
    }
}

extension Rates {
    fileprivate func amounts(under prefix: String) -> [(name: String, nano: Int64)] {
        let all: [(String, Int64?)] = [
            ("input", input), ("cached_input", cachedInput), ("cache_write", cacheWrite),
            ("cache_write_1h", cacheWrite1h), ("cache_write_12h", cacheWrite12h), ("audio_input", audioInput),
            ("image_input", imageInput), ("output", output), ("audio_output", audioOutput),
            ("image_output", imageOutput),
        ]
        return all.compactMap { name, nano in nano.map { (name: prefix + name, nano: $0) } }
    }
}

/// The part of [0, 1) that a variant owns; `end` is exclusive.
package struct BucketRange: Sendable, Hashable {
    package var start: Double
    package var end: Double

    package init(_ start: Double, _ end: Double) {
        self.start = start
        self.end = end
    }

    package func contains(_ u: Double) -> Bool {
        u >= start && u < end
    }

    /// Returns the range of each variant: `[cum, cum + coverage · weight)`, where `cum` sums the full weights before it.
    ///
    /// Growing the coverage therefore only adds units and never moves one from a variant to another.
    /// Coverage is clamped to 0…1, weights are divided by their sum; without a positive sum all are equal.
    package static func ranges(weights: [Double], coverage: Double) -> [BucketRange] {
        let coverage = min(max(coverage, 0), 1)
        let usable = weights.map { $0.isFinite && $0 > 0 ? $0 : 0 }
        let sum = usable.reduce(0, +)
        var cumulated = 0.0
        return usable.map { weight in
            let share = sum > 0 ? weight / sum : 1 / Double(usable.count)
            defer { cumulated += share }
            return BucketRange(cumulated, cumulated + coverage * share)
        }
    }
}

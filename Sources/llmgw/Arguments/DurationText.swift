/// Durations as people write them: a whole number and its unit.
enum DurationText {
    private static let units: [(suffix: String, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]

    /// Returns the milliseconds of `250ms`, `30s`, `15m`, `24h` or `90d`; nil for anything else, or above 100 years.
    static func milliseconds(_ text: String) -> Int64? {
        guard let unit = units.first(where: { text.hasSuffix($0.suffix) }) else { return nil }
        let digits = text.dropLast(unit.suffix.count)
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }), let count = Int64(digits) else {
            return nil
        }
        let (product, overflowed) = count.multipliedReportingOverflow(by: unit.milliseconds)
        return overflowed || product > 36_525 * 86_400_000 ? nil : product
    }
}

import Inference

/// When a vendor wants to be asked again, in the forms that vendors use.
///
/// Nothing longer than ``longest`` is believed, and nothing that is not a plain number, duration or date.
enum RetryAfter {
    /// A day, in milliseconds.
    static let longest: Int64 = 86_400_000

    /// Returns milliseconds, at least 0; nil when the answer says nothing that can be read.
    ///
    /// - Parameters:
    ///   - header: the value of a field, by its name in lower case.
    ///   - now: seconds since 1970, UTC.
    static func milliseconds(header: (String) -> String?, now: Int64) -> Int64? {
        if let value = header("retry-after-ms").flatMap({ decimal($0[...], unit: 1) }) { return value }
        if let value = header("retry-after") {
            if let seconds = decimal(value[...], unit: 1000) { return seconds }
            if let moment = HTTPDate.seconds(value) {
                return min(longest, max(0, moment.subtractingClamped(now)).multipliedClamped(by: 1000))
            }
        }
        let exhausted = ["requests", "tokens"].filter { header("x-ratelimit-remaining-\($0)") == "0" }
        return exhausted.compactMap { header("x-ratelimit-reset-\($0)").flatMap(duration) }.max()
    }

    /// The milliseconds of a duration such as `46s`, `6m0s`, `1m2.5s` or `120ms`.
    static func duration(_ text: String) -> Int64? {
        var rest = text[...]
        var sum: Int64 = 0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let number = rest.prefix { $0.isNumber || $0 == "." }
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix { !($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(unit.count)
            guard let scale = units[String(unit)], let part = decimal(number, unit: scale) else { return nil }
            sum = min(longest, sum + part)
        }
        return sum
    }

    private static let units: [String: Int64] = ["ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]

    /// A number such as `1.5` times `unit` milliseconds, at most ``longest``.
    private static func decimal(_ text: Substring, unit: Int64) -> Int64? {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, !whole.isEmpty,
            parts.allSatisfy({ $0.allSatisfy { (0x30...0x39).contains($0) } })
        else { return nil }
        guard whole.count <= 9 else { return longest }
        let seconds = whole.reduce(Int64(0)) { $0 * 10 + Int64($1 - 0x30) }
        let thousandths = (parts.count == 2 ? Array(parts[1].prefix(3)) : []) + [UInt8](repeating: 0x30, count: 3)
        let fraction = thousandths.prefix(3).reduce(Int64(0)) { $0 * 10 + Int64($1 - 0x30) }
        return min(longest, seconds * unit + fraction * unit / 1000)
    }
}

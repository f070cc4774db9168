import YAML

/// Reads numbers with units: durations and sizes. Everything is checked for overflow.
enum Quantities {
    /// Returns the duration that `250ms`, `30s`, `5m`, `2h` or `90d` names; nil for anything else.
    static func duration(_ text: String) -> Duration? {
        guard let (count, unit) = split(text), let factor = milliseconds[unit] else { return nil }
        let (product, overflowed) = count.multipliedReportingOverflow(by: factor)
        return overflowed || product > longest ? nil : .milliseconds(product)
    }

    /// Returns the bytes that `512B`, `64KiB`, `10MiB` or `1GiB` names; nil for anything else.
    static func size(_ text: String) -> Int? {
        guard let (count, unit) = split(text), let factor = bytes[unit] else { return nil }
        let (product, overflowed) = count.multipliedReportingOverflow(by: factor)
        return overflowed ? nil : Int(product)
    }

    /// The shortest text that ``duration(_:)`` reads back, for messages.
    static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let total = seconds * 1_000 + attoseconds / 1_000_000_000_000_000
        for (unit, factor) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)] as [(String, Int64)]
        where total >= factor && total % factor == 0 {
            return "\(total / factor)\(unit)"
        }
        return total == 0 ? "0s" : "\(total)ms"
    }

    /// The shortest text that ``size(_:)`` reads back, for messages.
    static func text(size: Int) -> String {
        for (unit, shift) in [("GiB", 30), ("MiB", 20), ("KiB", 10)] where size > 0 && size % (1 << shift) == 0 {
            return "\(size >> shift)\(unit)"
        }
        return "\(size)B"
    }

    private static let milliseconds: [String: Int64] = [
        "ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000,
    ]
    private static let bytes: [String: Int64] = ["B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30]
    /// A hundred years: any longer one is a slip, and sums of a few stay far from overflow.
    private static let longest: Int64 = 36_525 * 86_400_000

    private static func split(_ text: String) -> (Int64, String)? {
        let digits = text.utf8.prefix(while: ASCII.isDigit)
        guard (1...12).contains(digits.count), let count = Int64(String(Substring(digits))) else { return nil }
        return (count, String(text.dropFirst(digits.count)))
    }
}

extension ReadingContext {
    func duration(_ value: ConfigurationValue, in range: ClosedRange<Duration>) -> Duration? {
        guard let text = quantity(value) else { return nil }
        guard let found = Quantities.duration(text), range.contains(found) else {
            let bounds = "\(Quantities.text(range.lowerBound)) to \(Quantities.text(range.upperBound))"
            error(value, "must be a duration from \(bounds): a whole number and ms, s, m, h or d, such as 30s")
            return nil
        }
        return found
    }

    func size(_ value: ConfigurationValue, in range: ClosedRange<Int>) -> Int? {
        guard let text = quantity(value) else { return nil }
        guard let found = Quantities.size(text), range.contains(found) else {
            let bounds = "\(Quantities.text(size: range.lowerBound)) to \(Quantities.text(size: range.upperBound))"
            error(value, "must be a size from \(bounds): a whole number and B, KiB, MiB or GiB, such as 64KiB")
            return nil
        }
        return found
    }

    /// The text of a quantity; empty for a bare number, which has no unit; nil after a variable was reported.
    private func quantity(_ value: ConfigurationValue) -> String? {
        guard case .string = value.node.value else { return "" }
        return text(value)?.value
    }
}

import CivilTime
import NetIO

/// What an option takes. A value is checked when it is read, so that a command never starts on a wrong one.
enum OptionKind: Sendable {
    /// Nothing: it is there or not.
    case flag
    /// Any text; the placeholder stands in the help.
    case text(String)
    case file
    case integer(ClosedRange<Int>)
    /// `250ms`, `30s`, `15m`, `24h`, `90d`.
    case duration
    /// `127.0.0.1:8080`, `[::1]:8080`, `unix:/path`.
    case address
    case choice([String])
    /// One or more of these, with commas between.
    case list([String])
    /// `2026-11-21`.
    case day
    /// `2026-11`.
    case month
    /// A duration before now, a day, or a time such as `2026-11-21T08:00:00Z`.
    case moment

    /// What stands for the value in the help; nil for a flag.
    var placeholder: String? {
        switch self {
        case .flag: nil
        case .text(let name): name
        case .file: "F"
        case .integer: "N"
        case .duration: "T"
        case .address: "A"
        case .choice(let words): words.joined(separator: "|")
        case .list: "K,…"
        case .day: "D"
        case .month: "M"
        case .moment: "T"
        }
    }

    /// Returns what is wrong with a value, and what would be right; nil when it will do.
    func fault(of value: String) -> String? {
        switch self {
        case .flag, .text, .file:
            return value.isEmpty ? "is empty" : nil
        case .integer(let range):
            return Int(value).map(range.contains) == true
                ? nil : "'\(value)' is no whole number from \(range.lowerBound) to \(range.upperBound)"
        case .duration:
            return DurationText.milliseconds(value) == nil
                ? "'\(value)' is no duration such as 250ms, 30s, 15m, 24h or 90d" : nil
        case .address:
            return SocketAddress(value) == nil
                ? "'\(value)' is no address such as 127.0.0.1:8080, [::1]:8080 or unix:/path" : nil
        case .choice(let words):
            return words.contains(value) ? nil : OptionKind.unknown(value, among: words)
        case .list(let words):
            let wrong = value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
                .first { !words.contains($0) }
            return wrong.map { OptionKind.unknown($0, among: words) }
        case .day:
            return CivilDate(value) == nil ? "'\(value)' is no day such as 2026-11-21" : nil
        case .month:
            return CivilDate(month: value) == nil ? "'\(value)' is no month such as 2026-11" : nil
        case .moment:
            let isKnown = DurationText.milliseconds(value) != nil || CivilDate(value) != nil
            return isKnown || Timestamp.parse(value) != nil
                ? nil : "'\(value)' is no moment such as 24h (ago), 2026-11-21 or 2026-11-21T08:00:00Z"
        }
    }

    private static func unknown(_ value: String, among words: [String]) -> String {
        "'\(value)' is none of \(words.joined(separator: ", "))\(Guess.text(for: value, among: words))"
    }
}

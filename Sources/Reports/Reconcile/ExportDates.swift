import CivilTime

/// Reads days and moments as programs and people write them.
///
/// `11/10/2026` has two readings. What the file has beside it decides, where a part is above 12; else the month stands
/// first unless the reader is told otherwise.
struct ExportDates {
    private let zone: TimeZoneRules
    private let told: VendorDateOrder?
    private var learned: Set<VendorDateOrder> = []
    /// A date that could be read both ways.
    private(set) var ambiguous: String?

    /// - Parameter zone: where the vendor's days begin; a moment with an offset belongs to the day that it has there.
    init(_ zone: TimeZoneRules, order: VendorDateOrder? = nil) {
        self.zone = zone
        told = order
    }

    /// Looks at a date to learn in which order the file writes them.
    mutating func learn(_ text: String) {
        guard let parts = ExportDates.slashed(text), let (first, second) = ExportDates.firstTwo(parts) else { return }
        if first > 12 { learned.insert(.dayFirst) } else if second > 12 { learned.insert(.monthFirst) }
        if first <= 12, second <= 12, first != second, ambiguous == nil { ambiguous = text }
    }

    /// Nil when the file contradicts itself.
    var order: VendorDateOrder? {
        if let told { return told }
        return learned.count == 2 ? nil : learned.first ?? .monthFirst
    }

    /// Whether the order was neither told nor seen, though it matters.
    var isGuess: Bool { told == nil && learned.isEmpty && ambiguous != nil }

    /// `2026-11-20`; nil for what is no day.
    func day(_ text: String) -> String? {
        let text = ExportDates.trimmed(text)
        if let moment = ExportDates.moment(text) { return zone.date(atUTC: moment).description }
        let day = ExportDates.withoutTime(text)
        if let date = CivilDate(day) { return date.description }
        if day.utf8.count == 8, let number = Int(day) {
            return CivilDate(year: number / 10_000, month: number / 100 % 100, day: number % 100)?.description
        }
        if let parts = ExportDates.slashed(String(day)) { return slashedDay(parts) }
        return ExportDates.dotted(day)
    }

    private func slashedDay(_ parts: [Substring]) -> String? {
        if parts[0].utf8.count == 4 {
            return ExportDates.date(year: parts[0], month: parts[1], day: parts[2])
        }
        switch order {
        case .dayFirst: return ExportDates.date(year: parts[2], month: parts[1], day: parts[0])
        case .monthFirst: return ExportDates.date(year: parts[2], month: parts[0], day: parts[1])
        case nil: return nil
        }
    }

    // MARK: Forms

    /// `10.11.2026`: the day stands first wherever dots are written.
    private static func dotted(_ text: Substring) -> String? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        return date(year: parts[2], month: parts[1], day: parts[0])
    }

    /// The three parts of `11/10/2026`.
    private static func slashed(_ text: String) -> [Substring]? {
        let parts = withoutTime(trimmed(text)).split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 3 ? parts : nil
    }

    private static func firstTwo(_ parts: [Substring]) -> (Int, Int)? {
        guard parts[0].utf8.count <= 2, let first = Int(parts[0]), let second = Int(parts[1]) else { return nil }
        return (first, second)
    }

    private static func date(year: Substring, month: Substring, day: Substring) -> String? {
        guard year.utf8.count == 4, (1...2).contains(month.utf8.count), (1...2).contains(day.utf8.count),
            let year = Int(year), let month = Int(month), let day = Int(day)
        else { return nil }
        return CivilDate(year: year, month: month, day: day)?.description
    }

    private static func trimmed(_ text: String) -> String {
        var rest = text[...]
        while rest.first == " " || rest.first == "\t" { rest = rest.dropFirst() }
        while rest.last == " " || rest.last == "\t" { rest = rest.dropLast() }
        return String(rest)
    }

    /// What stands before ` 08:00:00` or `T08:00`; the text itself when a time does not follow.
    private static func withoutTime(_ text: String) -> Substring {
        guard let end = text.firstIndex(where: { $0 == "T" || $0 == " " }) else { return text[...] }
        let time = text[text.index(after: end)...]
        let isTime = time.utf8.count >= 4 && time.utf8.contains(UInt8(ascii: ":")) && time.first?.isNumber == true
        return isTime ? text[..<end] : text[...]
    }

    /// A moment with an offset, in UTC milliseconds: `Z`, ` UTC`, `+01:00`, `+0100`, `+01`; nil without one.
    private static func moment(_ text: String) -> Int64? {
        guard text.utf8.count > 16, CivilDate(text.prefix(10)) != nil else { return nil }
        var text = text
        for name in [" UTC", " GMT", "UTC"] where text.hasSuffix(name) { text = text.dropLast(name.count) + "Z" }
        var head = text[...]
        var offset = "Z"
        if let sign = text.dropFirst(11).lastIndex(where: { $0 == "+" || $0 == "-" }) {
            let digits = text[text.index(after: sign)...].filter { $0 != ":" }
            guard digits.count == 2 || digits.count == 4 else { return nil }
            offset = "\(text[sign])\(digits.prefix(2)):\(digits.count == 4 ? digits.suffix(2) : "00")"
            head = text[..<sign]
        } else if text.hasSuffix("Z") || text.hasSuffix("z") {
            head = text.dropLast()
        } else {
            return nil
        }
        while head.last == " " { head = head.dropLast() }
        if head.dropFirst(11).filter({ $0 == ":" }).count == 1 { head += ":00" }
        return Timestamp.parse(head + offset)
    }
}

/// Which part of `11/10/2026` is the month.
package enum VendorDateOrder: String, Sendable, CaseIterable {
    case monthFirst = "mdy"
    case dayFirst = "dmy"
}

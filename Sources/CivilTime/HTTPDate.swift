/// Dates of HTTP headers: `Sat, 21 Nov 2026 05:14:00 GMT` (RFC 9110 §5.6.7, IMF-fixdate).
package enum HTTPDate {
    private static let weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// - Parameter milliseconds: since 1970, UTC; what is below a second is cut off.
    package static func format(_ milliseconds: Int64) -> String {
        let moment = min(max(milliseconds, Timestamp.range.lowerBound), Timestamp.range.upperBound)
        let (days, rest) = moment.dividedDown(by: 86_400_000)
        let date = CivilDate(daysSince1970: Int(days))
        let time = Int(rest) / 1_000
        return
            "\(weekdays[date.weekday - 1]), \(padded(date.day)) \(months[date.month - 1]) \(padded(date.year, to: 4)) "
            + "\(padded(time / 3_600)):\(padded(time / 60 % 60)):\(padded(time % 60)) GMT"
    }

    /// Milliseconds since 1970, or nil. The weekday must be the right one; the two obsolete forms are not read.
    package static func parse(_ text: some StringProtocol) -> Int64? {
        var scanner = DigitScanner(text)
        let weekday = word(&scanner)
        guard scanner.take(","), scanner.take(" "), let day = scanner.number(digits: 2), scanner.take(" "),
            let month = months.firstIndex(of: word(&scanner)), scanner.take(" "),
            let year = scanner.number(digits: 4), scanner.take(" "),
            let seconds = Timestamp.timeOfDay(&scanner), scanner.take(" "), word(&scanner) == "GMT", scanner.isAtEnd,
            let date = CivilDate(year: year, month: month + 1, day: day), weekdays[date.weekday - 1] == weekday
        else { return nil }
        return (Int64(date.daysSince1970) * 86_400 + Int64(seconds)) * 1_000
    }

    private static func word(_ scanner: inout DigitScanner) -> String {
        String(decoding: scanner.take { (65...90).contains($0 & 0xDF) }, as: UTF8.self)
    }
}

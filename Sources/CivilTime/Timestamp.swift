/// Moments as text. A moment is a count of milliseconds since 1970, UTC.
package enum Timestamp {
    /// The years 1 to 9999: what four digits can write. Moments outside are written as the nearest inside.
    package static let range: ClosedRange<Int64> = -62_135_596_800_000...253_402_300_799_999

    /// Reads RFC 3339, with any offset and up to nine digits of a second; what is below a millisecond is cut off.
    ///
    /// A leap second counts as the first second of the next minute.
    package static func parse(_ text: some StringProtocol) -> Int64? {
        var scanner = DigitScanner(text)
        guard let year = scanner.number(digits: 4), scanner.take("-"), let month = scanner.number(digits: 2),
            scanner.take("-"), let day = scanner.number(digits: 2),
            let date = CivilDate(year: year, month: month, day: day),
            scanner.take("T") || scanner.take("t") || scanner.take(" "),
            let seconds = timeOfDay(&scanner), let milliseconds = fraction(&scanner),
            let offset = offset(&scanner), scanner.isAtEnd
        else { return nil }
        return (Int64(date.daysSince1970) * 86_400 + Int64(seconds - offset)) * 1_000 + Int64(milliseconds)
    }

    /// `2026-11-21T05:14:00Z`; with `fraction`, `2026-11-21T05:14:00.123Z`.
    package static func format(_ milliseconds: Int64, fraction: Bool = false) -> String {
        let moment = min(max(milliseconds, range.lowerBound), range.upperBound)
        let (days, rest) = moment.dividedDown(by: 86_400_000)
        let time = Int(rest)
        let text =
            "\(CivilDate(daysSince1970: Int(days)))T\(padded(time / 3_600_000)):\(padded(time / 60_000 % 60)):"
            + padded(time / 1_000 % 60)
        return text + (fraction ? "." + padded(time % 1_000, to: 3) + "Z" : "Z")
    }

    /// Reads `HH:MM:SS`.
    static func timeOfDay(_ scanner: inout DigitScanner) -> Int? {
        guard let hour = scanner.number(digits: 2), hour <= 23, scanner.take(":"),
            let minute = scanner.number(digits: 2), minute <= 59, scanner.take(":"),
            let second = scanner.number(digits: 2), second <= 60
        else { return nil }
        return (hour * 60 + minute) * 60 + second
    }

    private static func fraction(_ scanner: inout DigitScanner) -> Int? {
        guard scanner.take(".") else { return 0 }
        let digits = scanner.take { (48...57).contains($0) }
        guard (1...9).contains(digits.count) else { return nil }
        return (digits + [48, 48]).prefix(3).reduce(0) { $0 * 10 + Int($1 - 48) }
    }

    /// Reads `Z`, `+01:00` or `-05:30` as seconds east.
    private static func offset(_ scanner: inout DigitScanner) -> Int? {
        if scanner.take("Z") || scanner.take("z") { return 0 }
        let west = scanner.take("-")
        guard west || scanner.take("+"), let hour = scanner.number(digits: 2), hour <= 23, scanner.take(":"),
            let minute = scanner.number(digits: 2), minute <= 59
        else { return nil }
        return (hour * 60 + minute) * (west ? -60 : 60)
    }
}

extension Int64 {
    /// Quotient and remainder, the remainder never negative.
    func dividedDown(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

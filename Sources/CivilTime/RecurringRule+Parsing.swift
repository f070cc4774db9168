extension RecurringRule {
    /// Reads a `TZ` string such as `CET-1CEST,M3.5.0,M10.5.0/3`; nil when it is none.
    init?(_ text: [UInt8]) {
        var scanner = DigitScanner(text)
        guard Self.skipName(&scanner), let west = Self.duration(&scanner, hours: 24) else { return nil }
        standard = -west
        if scanner.isAtEnd { return }

        guard Self.skipName(&scanner) else { return nil }
        var offset = standard + 3_600
        if !scanner.take(",") {
            guard let west = Self.duration(&scanner, hours: 24), scanner.take(",") else { return nil }
            offset = -west
        }
        guard let start = YearlyMoment(&scanner), scanner.take(","), let end = YearlyMoment(&scanner), scanner.isAtEnd
        else { return nil }
        summer = Summer(offset: offset, start: start, end: end)
    }

    /// Letters, or anything between angle brackets.
    private static func skipName(_ scanner: inout DigitScanner) -> Bool {
        if scanner.take("<") {
            return !scanner.take { $0 != UInt8(ascii: ">") }.isEmpty && scanner.take(">")
        }
        return scanner.take { (65...90).contains($0 & 0xDF) }.count >= 3
    }

    /// Reads `[+-]hh[:mm[:ss]]` as seconds.
    static func duration(_ scanner: inout DigitScanner, hours limit: Int) -> Int? {
        let negative = scanner.take("-")
        if !negative { _ = scanner.take("+") }
        guard let hours = scanner.number(), hours <= limit else { return nil }
        var seconds = hours * 3_600
        for unit in [60, 1] where scanner.take(":") {
            guard let value = scanner.number(), value <= 59 else { return nil }
            seconds += value * unit
        }
        return negative ? -seconds : seconds
    }
}

extension YearlyMoment {
    init?(_ scanner: inout DigitScanner) {
        guard let day = Self.day(&scanner) else { return nil }
        self.day = day
        time = 2 * 3_600
        guard scanner.take("/") else { return }
        guard let time = RecurringRule.duration(&scanner, hours: 167) else { return nil }
        self.time = time
    }

    private static func day(_ scanner: inout DigitScanner) -> Day? {
        if scanner.take("M") {
            guard let month = scanner.number(), (1...12).contains(month), scanner.take("."),
                let week = scanner.number(), (1...5).contains(week), scanner.take("."),
                let day = scanner.number(), (0...6).contains(day)
            else { return nil }
            return .weekday(month: month, week: week, day: day)
        }
        let skipsLeapDay = scanner.take("J")
        guard let count = scanner.number(), (skipsLeapDay ? 1...365 : 0...365).contains(count) else { return nil }
        return skipsLeapDay ? .dayOfYear(count) : .dayCounted(count)
    }
}

/// A day of the Gregorian calendar, without a place or a time.
package struct CivilDate: Sendable, Hashable {
    package let year: Int
    /// 1 to 12.
    package let month: Int
    /// 1 to 31.
    package let day: Int

    /// Returns nil when there is no such day, or its year has not four digits.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1 else { return nil }
        self.init(year: year, month: month, uncheckedDay: day)
        guard day <= daysInMonth else { return nil }
    }

    init(year: Int, month: Int, uncheckedDay day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// The day that comes `days` after 1970-01-01; outside the years 1 to 9999 the nearest day inside.
    package init(daysSince1970 days: Int) {
        // Counting in eras of 400 years that begin on the first of March puts the leap day last.
        let shifted = min(max(days, Self.first), Self.last) + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// 0001-01-01 and 9999-12-31.
    private static let first = -719_162
    private static let last = 2_932_896

    package var daysSince1970: Int {
        let year = month <= 2 ? year - 1 : year
        let era = year / 400
        let yearOfEra = year % 400
        let shiftedMonth = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * shiftedMonth + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

extension CivilDate {
    package var isLeapYear: Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    package var daysInMonth: Int {
        switch month {
        case 2: isLeapYear ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// 1 for Monday to 7 for Sunday.
    package var weekday: Int { (daysSince1970 + 719_162) % 7 + 1 }

    /// 1 to 4.
    package var quarter: Int { (month - 1) / 3 + 1 }

    /// The year and the week, 1 to 53, of ISO 8601: a week belongs to the year that has its Thursday.
    package var isoWeek: (year: Int, week: Int) {
        let thursday = adding(days: 4 - weekday)
        let newYear = CivilDate(year: thursday.year, month: 1, uncheckedDay: 1)
        return (thursday.year, (thursday.daysSince1970 - newYear.daysSince1970) / 7 + 1)
    }

    package func adding(days: Int) -> CivilDate { CivilDate(daysSince1970: daysSince1970 + days) }

    package var firstOfMonth: CivilDate { CivilDate(year: year, month: month, uncheckedDay: 1) }

    /// The first of the month that comes `count` months later, or earlier.
    package func firstOfMonth(adding count: Int) -> CivilDate {
        let months = min(max(year * 12 + month - 1 + count, 12), 9999 * 12 + 11)
        return CivilDate(year: months / 12, month: months % 12 + 1, uncheckedDay: 1)
    }
}

extension CivilDate: Comparable {
    package static func < (left: CivilDate, right: CivilDate) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }
}

extension CivilDate: CustomStringConvertible {
    /// `2026-11-21`.
    package var description: String { padded(year, to: 4) + "-" + padded(month) + "-" + padded(day) }

    /// Reads `2026-11-21` and nothing else.
    package init?(_ text: some StringProtocol) {
        var scanner = DigitScanner(text)
        guard let year = scanner.number(digits: 4), scanner.take("-"), let month = scanner.number(digits: 2),
            scanner.take("-"), let day = scanner.number(digits: 2), scanner.isAtEnd
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// Reads `2026-11`: the first day of that month.
    package init?(month text: some StringProtocol) {
        var scanner = DigitScanner(text)
        guard let year = scanner.number(digits: 4), scanner.take("-"), let month = scanner.number(digits: 2),
            scanner.isAtEnd
        else { return nil }
        self.init(year: year, month: month, day: 1)
    }
}

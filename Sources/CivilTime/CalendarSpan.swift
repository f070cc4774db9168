/// The days of one window of the calendar, wherever they are lived through.
package struct CalendarSpan: Sendable, Hashable {
    package let window: CalendarWindow
    /// `2026-11-21`, `2026-W47`, `2026-11`, `2026-Q4` or `2026`.
    package let label: String
    package let first: CivilDate
    /// Inclusive.
    package let last: CivilDate

    /// The span that has a day in it; weeks begin on Monday, and `total` counts as the year.
    package init(_ window: CalendarWindow, containing day: CivilDate) {
        self.window = window
        first = window.firstDay(around: day, weekStart: 1)
        last = window.firstDay(after: first).adding(days: -1)
        label = window.label(firstDay: first)
    }

    /// Reads a label, and nothing that only looks like one, such as week 53 of a year that has 52.
    package init?(_ window: CalendarWindow, label: some StringProtocol) {
        guard let day = CalendarSpan.day(of: window, label: label) else { return nil }
        self.init(window, containing: day)
        guard self.label == label else { return nil }
    }

    /// The span of the same kind just before.
    package var previous: CalendarSpan { CalendarSpan(window, containing: first.adding(days: -1)) }

    /// A day in the span that a label seems to name.
    private static func day(of window: CalendarWindow, label: some StringProtocol) -> CivilDate? {
        var scanner = DigitScanner(label)
        switch window {
        case .day: return CivilDate(label)
        case .month: return CivilDate(month: label)
        case .year:
            return scanner.number(digits: 4).flatMap { CivilDate(year: $0, month: 1, day: 1) }
        case .quarter:
            guard let year = scanner.number(digits: 4), scanner.take("-"), scanner.take("Q"),
                let quarter = scanner.number(digits: 1)
            else { return nil }
            return CivilDate(year: year, month: quarter * 3 - 2, day: 1)
        case .week:
            guard let year = scanner.number(digits: 4), scanner.take("-"), scanner.take("W"),
                let week = scanner.number(digits: 2)
            else { return nil }
            // The fourth of January is always in the first week.
            return CivilDate(year: year, month: 1, day: 4)?.adding(days: (week - 1) * 7)
        case .total: return nil
        }
    }
}

/// The windows that a budget or a report can stand on.
package enum CalendarWindow: String, Sendable, Hashable, CaseIterable {
    case day, week, month, quarter, year, total
}

/// One window of the calendar at a place. The periods of a window follow each other without a gap or an overlap.
package struct CalendarPeriod: Sendable, Hashable {
    /// `2026-11-21`, `2026-W47`, `2026-11`, `2026-Q4`, `2026` or `total`: unique among the periods of a window.
    package var label: String
    /// Milliseconds since 1970, UTC.
    package var startsAt: Int64
    /// The start of the next period: milliseconds since 1970, UTC.
    package var endsAt: Int64

    package init(label: String, startsAt: Int64, endsAt: Int64) {
        self.label = label
        self.startsAt = startsAt
        self.endsAt = endsAt
    }
}

/// Returns the period that a moment belongs to.
///
/// - Parameters:
///   - milliseconds: since 1970, UTC; moments outside the years 2 to 9998 count as the nearest inside.
///   - weekStart: 1 for Monday to 7 for Sunday. A week bears the ISO number of its fourth day.
package func period(
    containing milliseconds: Int64, window: CalendarWindow, zone: TimeZoneRules, weekStart: Int = 1
) -> CalendarPeriod {
    let moment = min(max(milliseconds, -62_104_060_800_000), 253_370_764_799_999)
    if window == .total {
        return CalendarPeriod(
            label: "total", startsAt: Timestamp.range.lowerBound, endsAt: Timestamp.range.upperBound + 1)
    }
    var first = window.firstDay(around: zone.date(atUTC: moment), weekStart: weekStart)
    var next = window.firstDay(after: first)
    // Clocks that go back over midnight show the old date again, when the new day has begun already.
    if zone.start(of: next) <= moment {
        first = next
        next = window.firstDay(after: first)
    }
    return CalendarPeriod(
        label: window.label(firstDay: first), startsAt: zone.start(of: first), endsAt: zone.start(of: next))
}

extension CalendarWindow {
    func firstDay(around date: CivilDate, weekStart: Int) -> CivilDate {
        switch self {
        case .day: date
        case .week: date.adding(days: -((date.weekday - weekStart) % 7 + 7) % 7)
        case .month: date.firstOfMonth
        case .quarter: date.firstOfMonth(adding: -((date.month - 1) % 3))
        case .year, .total: date.firstOfMonth(adding: 1 - date.month)
        }
    }

    func firstDay(after first: CivilDate) -> CivilDate {
        switch self {
        case .day: first.adding(days: 1)
        case .week: first.adding(days: 7)
        case .month: first.firstOfMonth(adding: 1)
        case .quarter: first.firstOfMonth(adding: 3)
        case .year, .total: first.firstOfMonth(adding: 12)
        }
    }

    func label(firstDay: CivilDate) -> String {
        let year = padded(firstDay.year, to: 4)
        switch self {
        case .day: return firstDay.description
        case .week:
            let iso = firstDay.adding(days: 3).isoWeek
            return "\(padded(iso.year, to: 4))-W\(padded(iso.week))"
        case .month: return "\(year)-\(padded(firstDay.month))"
        case .quarter: return "\(year)-Q\(firstDay.quarter)"
        case .year: return year
        case .total: return "total"
        }
    }
}

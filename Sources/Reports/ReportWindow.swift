package import CivilTime

/// Which days a report covers, and where the days begin.
package struct ReportWindow: Sendable {
    /// UTC milliseconds.
    package let from: Int64
    /// UTC milliseconds, exclusive.
    package let to: Int64
    package let zone: TimeZoneRules
    /// Each day and its beginning in UTC milliseconds, ascending.
    package let days: [(label: String, startsAt: Int64)]
    /// `2026-11-21`, `2026-W47`, `2026-11`, `2026-Q4`, `2026`, or `2026-11-01 to 2026-11-20`.
    package let label: String
    /// Whether it ends where its last day does.
    let isWhole: Bool
    private let first: CivilDate
    /// Nil for days that were chosen by hand.
    private let span: CalendarSpan?

    /// The most days of a window: ten years.
    private static let mostDays = 3_660

    /// The parameters that name a window of the calendar.
    private static let calendar: [(name: String, window: CalendarWindow, example: String)] = [
        ("day", .day, "2026-11-21"), ("week", .week, "2026-W47"), ("month", .month, "2026-11"),
        ("quarter", .quarter, "2026-Q4"), ("year", .year, "2026"),
    ]

    /// Reads `day`, `week`, `month`, `quarter`, `year` (labels, `this` or `last`), or `from` and `to` (the last day, inclusive), and `zone`; today
    /// in UTC without any.
    ///
    /// - Parameter now: UTC milliseconds.
    package init(_ parameters: [String: String], now: Int64) throws(ReportError) {
        let zone = try ReportWindow.zone(parameters["zone"])
        let names = ReportWindow.calendar.map(\.name) + ["from"]
        let given = names.filter { parameters[$0] != nil }
        if given.count > 1 || (parameters["to"] != nil && given != ["from"]) {
            throw ReportError(
                given.last ?? "to", "choose one of: day; week; month; quarter; year; from, with or without to")
        }
        let today = zone.date(atUTC: now)
        if let text = parameters["from"] {
            let first = try ReportWindow.date("from", text)
            let last =
                try parameters["to"].map { text throws(ReportError) in try ReportWindow.date("to", text) } ?? today
            try self.init(first: first, last: last, zone: zone, span: nil)
            return
        }
        var span = CalendarSpan(.day, containing: today)
        for (name, window, example) in ReportWindow.calendar {
            guard let text = parameters[name] else { continue }
            span = try ReportWindow.span(window, name, text, example, today)
        }
        try self.init(first: span.first, last: span.last, zone: zone, span: span)
    }

    private init(
        first: CivilDate, last: CivilDate, zone: TimeZoneRules, span: CalendarSpan?
    ) throws(ReportError) {
        let count = last.daysSince1970 - first.daysSince1970 + 1
        guard count >= 1 else { throw ReportError("to", "\(last) is before \(first); `to` is the last day, inclusive") }
        guard count <= ReportWindow.mostDays else {
            throw ReportError("from", "at most ten years are reported at once")
        }
        self.zone = zone
        self.first = first
        self.span = span
        isWhole = true
        from = zone.start(of: first)
        to = zone.start(of: last.adding(days: 1))
        days = (0..<count).map { offset in
            let day = first.adding(days: offset)
            return (label: day.description, startsAt: zone.start(of: day))
        }
        label = span?.label ?? (count == 1 ? first.description : "\(first) to \(last)")
    }

    /// Reads a label, or `this` and `last`.
    private static func span(
        _ window: CalendarWindow, _ name: String, _ text: String, _ example: String, _ today: CivilDate
    ) throws(ReportError) -> CalendarSpan {
        let current = CalendarSpan(window, containing: today)
        switch text {
        case "this": return current
        case "last": return current.previous
        default:
            guard let named = CalendarSpan(window, label: text) else {
                throw ReportError(name, "'\(text)' is no \(name) such as \(example), this or last")
            }
            return named
        }
    }

    private init(_ window: ReportWindow, until moment: Int64) {
        zone = window.zone
        first = window.first
        span = window.span
        label = window.label
        from = window.from
        to = moment
        isWhole = false
        days = window.days.filter { $0.startsAt < moment }
    }

    /// The window of the same kind just before: the previous month, or as many days before days chosen by hand.
    func previous() throws(ReportError) -> ReportWindow {
        if let before = span?.previous {
            return try ReportWindow(first: before.first, last: before.last, zone: zone, span: before)
        }
        return try ReportWindow(
            first: first.adding(days: -days.count), last: first.adding(days: -1), zone: zone, span: nil)
    }

    /// The beginning of the window, as long as `duration` milliseconds; all of it if that is more.
    func beginning(_ duration: Int64) -> ReportWindow {
        let (end, overflowed) = from.addingReportingOverflow(max(0, duration))
        return overflowed || end >= to ? self : ReportWindow(self, until: end)
    }

    private static func zone(_ name: String?) throws(ReportError) -> TimeZoneRules {
        guard let name else { return .utc }
        do throws(TimeZoneError) {
            return try TimeZoneRules(named: name)
        } catch {
            throw ReportError("zone", error.description)
        }
    }

    private static func date(_ parameter: String, _ text: String) throws(ReportError) -> CivilDate {
        guard let date = CivilDate(text) else { throw ReportError(parameter, "'\(text)' is no day such as 2026-11-21") }
        return date
    }
}

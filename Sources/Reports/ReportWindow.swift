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
    /// `2026-11-21`, `2026-11`, or `2026-11-01 to 2026-11-20`.
    package let label: String

    /// The most days of a window: ten years.
    private static let mostDays = 3_660

    /// Reads `day`, `month`, or `from` and `to` (the last day, inclusive), and `zone`; today in UTC without any.
    ///
    /// - Parameter now: UTC milliseconds.
    package init(_ parameters: [String: String], now: Int64) throws(ReportError) {
        let zone = try ReportWindow.zone(parameters["zone"])
        let given = ["day", "month", "from"].filter { parameters[$0] != nil }
        if given.count > 1 || (parameters["to"] != nil && given != ["from"]) {
            throw ReportError(given.last ?? "to", "choose one of: day; month; from, with or without to")
        }
        let today = zone.date(atUTC: now)
        var first = today
        var last = today
        var label: String?
        if let text = parameters["day"] {
            first = try ReportWindow.date("day", text)
            last = first
        } else if let text = parameters["month"] {
            guard let month = CivilDate(month: text) else {
                throw ReportError("month", "'\(text)' is no month such as 2026-11")
            }
            first = month
            last = month.firstOfMonth(adding: 1).adding(days: -1)
            label = text
        } else if let text = parameters["from"] {
            first = try ReportWindow.date("from", text)
            last = try parameters["to"].map { text throws(ReportError) in try ReportWindow.date("to", text) } ?? today
        }
        try self.init(first: first, last: last, zone: zone, label: label)
    }

    private init(first: CivilDate, last: CivilDate, zone: TimeZoneRules, label: String?) throws(ReportError) {
        let count = last.daysSince1970 - first.daysSince1970 + 1
        guard count >= 1 else { throw ReportError("to", "\(last) is before \(first); `to` is the last day, inclusive") }
        guard count <= ReportWindow.mostDays else {
            throw ReportError("from", "at most ten years are reported at once")
        }
        self.zone = zone
        from = zone.start(of: first)
        to = zone.start(of: last.adding(days: 1))
        days = (0..<count).map { offset in
            let day = first.adding(days: offset)
            return (label: day.description, startsAt: zone.start(of: day))
        }
        self.label = label ?? (count == 1 ? first.description : "\(first) to \(last)")
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

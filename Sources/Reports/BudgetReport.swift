import CivilTime
import Inference
package import JSON
package import Ledger

/// What is spent, held, presumed and left of budgets, and when their periods end.
package struct BudgetReport: Sendable {
    private let rows: [BudgetRow]
    private let forecastAt: Int64?

    /// - Parameter forecastAt: the moment from which ends are foreseen, UTC milliseconds; nil for no forecast.
    package init(_ rows: [BudgetRow], forecastAt: Int64? = nil) {
        self.rows = rows
        self.forecastAt = forecastAt
    }

    package var table: String {
        guard !rows.isEmpty else { return "No application has a budget here.\n" }
        let hasPresumed = rows.contains { $0.state.presumed != 0 }
        let hasOverrun = rows.contains { $0.state.overrun != 0 }
        var columns = [Column("application"), Column("window"), Column("period")]
        let figures = ["limit", "spent"] + (hasPresumed ? ["presumed"] : []) + ["held", "left", "used"]
        columns += (figures + (hasOverrun ? ["overrun"] : [])).map { Column($0, .right) }
        if forecastAt != nil { columns += [Column("forecast", .right), Column("used up")] }
        columns += [Column("currency"), Column("ends"), Column("zone")]
        let lines = rows.map { row in
            let state = row.state
            let money =
                [state.limit, state.posted] + (hasPresumed ? [state.presumed] : []) + [state.held, state.remaining]
            var cells = [BudgetReport.name(row.account), row.window.rawValue, row.label] + money.map(Figures.money)
            cells.append(Figures.share(state.posted, of: state.limit) ?? "–")
            if hasOverrun { cells.append(Figures.money(state.overrun)) }
            if let forecastAt { cells += BudgetReport.forecast(row, at: forecastAt) }
            return cells + [row.currency.code, BudgetReport.end(row), row.zone]
        }
        return TextTable(columns, rows: lines).text + (hasPresumed ? BudgetReport.presumedNote : "")
    }

    private static let presumedNote = """

        Presumed is a part of spent: calls whose end is unknown, charged at the most they can have cost.

        """

    package var json: JSONWriter {
        var body = JSONWriter()
        body.beginObject()
        body.name("budgets")
        body.beginArray()
        for row in rows { write(row, to: &body) }
        body.endArray()
        body.endObject()
        return body
    }

    private func write(_ row: BudgetRow, to body: inout JSONWriter) {
        body.beginObject()
        body.member("application", row.account.scope == .application ? row.account.name : nil)
        body.member("account", BudgetReport.name(row.account))
        body.member("window", row.window.rawValue)
        body.member("label", row.label)
        body.member("zone", row.zone)
        body.member("from", row.window == .total ? nil : Timestamp.format(row.startsAt))
        body.member("to", row.window == .total ? nil : Timestamp.format(row.endsAt))
        body.member("currency", row.currency.code)
        body.member("limit", Money.decimal(nano: row.state.limit))
        body.member("posted", Money.decimal(nano: row.state.posted))
        body.member("held", Money.decimal(nano: row.state.held))
        body.member("presumed", Money.decimal(nano: row.state.presumed))
        body.member("remaining", Money.decimal(nano: row.state.remaining))
        body.member("overrun", Money.decimal(nano: row.state.overrun))
        if let forecastAt {
            let forecast = BudgetForecast(row, now: forecastAt)
            body.member("forecast", forecast.map { Money.decimal(nano: $0.cost) })
            body.member("used_up_at", forecast?.usedUpAt.map { Timestamp.format($0) })
        }
        body.endObject()
    }

    private static func forecast(_ row: BudgetRow, at now: Int64) -> [String] {
        guard let forecast = BudgetForecast(row, now: now) else { return ["–", "–"] }
        return [Figures.money(forecast.cost), forecast.usedUpAt.map { Timestamp.format($0) } ?? "not before its end"]
    }

    private static func name(_ account: Account) -> String {
        account.scope == .application ? account.name : "\(account.scope.rawValue) \(account.name)"
    }

    private static func end(_ row: BudgetRow) -> String {
        row.window == .total ? "never" : Timestamp.format(row.endsAt)
    }
}

import CivilTime
import Inference
package import JSON
package import Ledger

/// What is spent, held, presumed and left of budgets, and when their periods end.
package struct BudgetReport: Sendable {
    private let rows: [BudgetRow]
    private let isComplete: Bool
    private let forecastAt: Int64?

    /// - Parameters:
    ///   - isComplete: whether the table has every row. Else, of many of one kind, those that matter.
    ///   - forecastAt: the moment from which ends are foreseen, UTC milliseconds; nil for no forecast.
    package init(_ rows: [BudgetRow], isComplete: Bool = false, forecastAt: Int64? = nil) {
        self.rows = rows
        self.isComplete = isComplete
        self.forecastAt = forecastAt
    }

    package var table: String {
        guard !rows.isEmpty else { return "There is no budget here.\n" }
        let hasPresumed = rows.contains { $0.state.presumed != 0 }
        let hasOverrun = rows.contains { $0.state.overrun != 0 }
        var columns = [Column("scope"), Column("name"), Column("window"), Column("period")]
        let figures = ["limit", "spent"] + (hasPresumed ? ["presumed"] : []) + ["held", "left", "used"]
        columns += (figures + (hasOverrun ? ["overrun"] : [])).map { Column($0, .right) }
        if forecastAt != nil { columns += [Column("forecast", .right), Column("used up")] }
        columns += [Column("currency"), Column("ends"), Column("zone")]
        let (shown, left) = tightest
        let lines = shown.map { row in
            let state = row.state
            let money =
                [state.limit, state.posted] + (hasPresumed ? [state.presumed] : []) + [state.held, state.remaining]
            var cells = [row.account.scope.rawValue, row.account.name, row.window.rawValue, row.label]
            cells += money.map(Figures.money)
            cells.append(Figures.share(state.posted, of: state.limit) ?? "–")
            if hasOverrun { cells.append(Figures.money(state.overrun)) }
            if let forecastAt { cells += BudgetReport.forecast(row, at: forecastAt) }
            return cells + [row.currency.code, BudgetReport.end(row), row.zone]
        }
        return TextTable(columns, rows: lines).text + BudgetReport.note(left)
            + (hasPresumed ? BudgetReport.presumedNote : "")
    }

    /// The rows in their order, and how many were left out: of accounts that share a rule, such as users, those that have
    /// used the most of it.
    private var tightest: (rows: [BudgetRow], left: Int) {
        guard !isComplete else { return (rows, 0) }
        var kept = Set<Int>()
        for group in Dictionary(grouping: rows.indices, by: { BudgetReport.group(rows[$0]) }).values {
            let ranked = group.sorted { (rows[$0].used, $1) > (rows[$1].used, $0) }
            kept.formUnion(ranked.prefix(BudgetReport.mostOfOneKind))
        }
        return (rows.indices.filter(kept.contains).map { rows[$0] }, rows.count - kept.count)
    }

    private static let mostOfOneKind = 10

    /// What the accounts of one rule have in common.
    private static func group(_ row: BudgetRow) -> [String] {
        let owner = row.account.name.prefix { $0 != "/" }
        return [row.account.scope.rawValue, String(owner), row.window.rawValue, row.zone, row.currency.code]
    }

    private static func note(_ left: Int) -> String {
        left == 0 ? "" : "\n\(left) more have used less; --scope shows all of a kind.\n"
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
        body.member("scope", row.account.scope.rawValue)
        body.member("name", row.account.name)
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

    private static func end(_ row: BudgetRow) -> String {
        row.window == .total ? "never" : Timestamp.format(row.endsAt)
    }
}

extension BudgetRow {
    /// The share of the limit that is spent or held, in millionths.
    fileprivate var used: Int128 {
        let used = Int128(state.posted) + Int128(state.held)
        return state.limit > 0 ? used * 1_000_000 / Int128(state.limit) : used
    }
}

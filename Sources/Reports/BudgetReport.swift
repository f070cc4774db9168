import CivilTime
import Inference
package import JSON
package import Ledger

/// What is spent, held, presumed and left of budgets, and when their periods end.
package struct BudgetReport: Sendable {
    private let rows: [BudgetRow]
    private let isComplete: Bool
    private let forecastAt: Int64?
    private let user: (name: String, account: String)?

    /// - Parameters:
    ///   - isComplete: whether the table has every row. Else, of many of one kind, those that matter.
    ///   - forecastAt: the moment from which ends are foreseen, UTC milliseconds; nil for no forecast.
    ///   - user: only the budgets of this user, who is shown by name in place of the account's.
    package init(
        _ rows: [BudgetRow], isComplete: Bool = false, forecastAt: Int64? = nil,
        user: (name: String, account: String)? = nil
    ) {
        self.user = user
        self.rows =
            user.map { user in
                rows.filter {
                    $0.account.scope == .user && $0.account.name.split(separator: "/").last == user.account[...]
                }
            } ?? rows
        self.isComplete = isComplete
        self.forecastAt = forecastAt
    }

    package func table(_ view: TableView = .plain) -> String {
        guard !rows.isEmpty else {
            return user.map { "Nothing was charged to a budget of the user '\(TextTable.printable($0.name))' here.\n" }
                ?? "There is no budget here.\n"
        }
        let hasPresumed = rows.contains { $0.state.presumed != 0 }
        let hasOverrun = rows.contains { $0.state.overrun != 0 }
        var columns = [
            Column("scope", spare: 4), Column("name", isShortened: true), Column("window", spare: 5), Column("period"),
        ]
        let figures = ["limit", "spent"] + (hasPresumed ? ["presumed"] : []) + ["held", "left", "used"]
        columns += (figures + (hasOverrun ? ["overrun"] : [])).map { title in
            let spare = ["presumed": 6, "held": 7, "overrun": 3, "left": 1][title]
            return Column(title, .right, spare: spare, colour: title == "used" ? TableColour.ofShare : nil)
        }
        if forecastAt != nil { columns += [Column("forecast", .right, spare: 2), Column("used up", spare: 8)] }
        columns += [Column("currency"), Column("ends", spare: 9), Column("zone", spare: 10)]
        let (shown, left) = tightest
        let lines = shown.map { row in
            let state = row.state
            let money =
                [state.limit, state.posted] + (hasPresumed ? [state.presumed] : []) + [state.held, state.remaining]
            var cells = [row.account.scope.rawValue, name(of: row), row.window.rawValue, row.label]
            cells += money.map(Figures.money)
            cells.append(Figures.share(state.posted, of: state.limit) ?? "–")
            if hasOverrun { cells.append(Figures.money(state.overrun)) }
            if let forecastAt { cells += BudgetReport.forecast(row, at: forecastAt) }
            return cells + [row.currency.code, BudgetReport.end(row), row.zone]
        }
        return TextTable(columns, rows: lines).text(for: view)
            + (left == 0
                ? "" : "\n" + TextTable.wrapped("\(left) more have used less; --scope shows all of a kind.", view))
            + (hasPresumed ? "\n" + TextTable.wrapped(BudgetReport.presumedNote, view) : "")
    }

    /// With the user's own name where somebody has asked by it.
    private func name(of row: BudgetRow) -> String {
        guard let user else { return row.account.name }
        return row.account.name.dropLast(user.account.count) + user.name
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
        return [row.account.scope.rawValue, String(owner), row.window.rawValue, row.label, row.zone, row.currency.code]
    }

    private static let presumedNote =
        "Presumed is a part of spent: calls whose end is unknown, charged at the most they can have cost."

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
        if let user { body.member("user", user.name) }
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

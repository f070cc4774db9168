import CivilTime
import Inference
package import JSON
package import Ledger

/// Alerts of budgets, the newest first, and whether somebody has been told.
package struct AlertReport: Sendable {
    private let rows: [AlertRow]

    package init(_ rows: [AlertRow]) {
        self.rows = rows
    }

    package func table(_ view: TableView = .plain) -> String {
        guard !rows.isEmpty else { return "No budget has reached a share at which it alerts, or refused a call.\n" }
        let columns = [
            Column("id"), Column("at", spare: 1), Column("budget", isShortened: true), Column("period"),
            Column("share", .right, colour: TableColour.ofShare), Column("of", spare: 4),
            Column("limit", .right, spare: 2),
            Column("posted", .right, spare: 3), Column("held", .right, spare: 5),
            Column("told", isShortened: true, colour: TableColour.ofState),
        ]
        return TextTable(columns, rows: rows.map(AlertReport.cells)).text(for: view)
    }

    private static func cells(_ row: AlertRow) -> [String] {
        [
            "alert-\(row.id)", Timestamp.format(row.at), "\(row.account.scope.rawValue) \(row.account.name)",
            "\(row.window.rawValue) \(row.label)", share(row), row.kind.rawValue,
            Money(nano: row.limit, row.currency).description, Money.decimal(nano: row.posted),
            Money.decimal(nano: row.held), told(row),
        ]
    }

    /// Per cent, with as many places as it has.
    private static func share(_ row: AlertRow) -> String {
        let (whole, rest) = row.shownPPM.quotientAndRemainder(dividingBy: 10_000)
        guard rest > 0 else { return "\(whole) %" }
        var places = String(rest + 10_000).dropFirst()
        while places.last == "0" { places.removeLast() }
        return "\(whole).\(places) %"
    }

    private static func told(_ row: AlertRow) -> String {
        if let moment = row.deliveredAt { return row.lastError ?? Timestamp.format(moment) }
        guard let reason = row.lastError else { return "not yet" }
        return "not yet, tried \(row.tries) times: \(reason)"
    }

    package var json: JSONWriter {
        var body = JSONWriter()
        body.beginObject()
        body.name("alerts")
        body.beginArray()
        for row in rows { AlertReport.write(row, to: &body) }
        body.endArray()
        body.endObject()
        return body
    }

    private static func write(_ row: AlertRow, to body: inout JSONWriter) {
        body.beginObject()
        body.member("id", "alert-\(row.id)")
        body.member("at", Timestamp.format(row.at))
        body.member("scope", row.account.scope.rawValue)
        body.member("name", row.account.name)
        body.member("window", row.window.rawValue)
        body.member("label", row.label)
        body.member("zone", row.zone)
        body.member("share_ppm", Int64(row.shownPPM))
        body.member("basis", row.kind.rawValue)
        body.member("currency", row.currency.code)
        body.member("limit", Money.decimal(nano: row.limit))
        body.member("posted", Money.decimal(nano: row.posted))
        body.member("held", Money.decimal(nano: row.held))
        body.member("needed", row.needed.map { Money.decimal(nano: $0) })
        body.member("tries", Int64(row.tries))
        body.member("delivered_at", row.deliveredAt.map { Timestamp.format($0) })
        body.member("last_error", row.lastError)
        body.endObject()
    }
}

import Inference
package import JSON

/// A reconciliation as people and programs read it.
extension Reconciliation {
    package func table(_ view: TableView = .plain) -> String {
        let columns = [
            Column("day"), Column("model", isShortened: true), Column("vendor", .right), Column("ledger", .right),
            Column("difference", .right), Column(""), Column("share", .right, spare: 1),
            Column("", colour: TableColour.ofState),
        ]
        let lines = newestFirst.map { row in
            [
                row.day, row.model.map { $0.isEmpty ? "(none named)" : $0 } ?? "all models",
                row.vendor.map(Figures.money) ?? "-", Figures.money(row.ledger),
                row.difference.map(Figures.money) ?? "-", row.currency.code, share(row), row.isWithin ? "" : "differs",
            ]
        }
        let whose = providers.isEmpty ? "no calls" : providers.joined(separator: ", ")
        let heading = "The vendor and the ledger (\(whose)), \(days.first) to \(days.last)"
        let notes = self.notes.map { TextTable.wrapped("- \(TextTable.printable($0))", view, indent: "  ") }.joined()
        let table = TextTable(columns, rows: lines, totals: totals).text(for: view, all: "--format csv")
        return "\(heading)\n\n\(table)\n\(causes(view))\(notes)"
    }

    /// The days from the last to the first, each in the order of its models.
    private var newestFirst: [Row] {
        rows.enumerated().sorted { ($1.element.day, $0.offset) < ($0.element.day, $1.offset) }.map(\.element)
    }

    private func share(_ row: Row) -> String {
        guard let vendor = row.vendor, let difference = row.difference, vendor != 0 || difference != 0 else {
            return ""
        }
        return Figures.share(difference, of: abs(vendor)) ?? "new"
    }

    private var totals: [[String]] {
        let byCurrency = Dictionary(grouping: rows) { $0.currency.code }
        return byCurrency.sorted { $0.key < $1.key }.map { code, rows in
            let vendor = rows.reduce(Int64(0)) { $0.addingClamped($1.vendor ?? 0) }
            let ledger = rows.reduce(Int64(0)) { $0.addingClamped($1.ledger) }
            let difference = ledger.addingClamped(-vendor)
            return [
                "total", "", Figures.money(vendor), Figures.money(ledger), Figures.money(difference), code,
                Figures.share(difference, of: abs(vendor)) ?? "", "",
            ]
        }
    }

    private func causes(_ view: TableView) -> String {
        let differing = newestFirst.filter { !$0.isWithin }
        guard !differing.isEmpty else {
            return isWithin ? "Every day agrees within the tolerance.\n" : "Every day that was compared agrees.\n"
        }
        let lines = differing.flatMap { row in
            let place = row.model.map { "\(row.day) \($0)" } ?? row.day
            return ["\(TextTable.printable(place)):\n"]
                + row.causes.map { TextTable.wrapped("- \(TextTable.printable($0))", view, indent: "  ") }
        }
        return lines.joined()
    }

    package func csv(_ dialect: CSV.Dialect = .standard) -> String {
        var csv = CSV(dialect)
        csv.line(["day", "model", "currency", "vendor", "ledger", "difference", "within", "causes"])
        for row in rows {
            csv.line([
                row.day, CSV.name(row.model ?? ""), row.currency.code,
                row.vendor.map { csv.figure(Money.decimal(nano: $0)) } ?? "",
                csv.figure(Money.decimal(nano: row.ledger)),
                row.difference.map { csv.figure(Money.decimal(nano: $0)) } ?? "", String(row.isWithin),
                CSV.name(row.causes.joined(separator: "; ")),
            ])
        }
        return csv.text
    }

    package var json: JSONWriter {
        var body = JSONWriter()
        body.beginObject()
        body.member("first", days.first)
        body.member("last", days.last)
        body.name("providers")
        body.beginArray()
        for provider in providers { body.string(provider) }
        body.endArray()
        body.member("within", isWithin)
        body.name("notes")
        body.beginArray()
        for note in notes { body.string(note) }
        body.endArray()
        body.name("rows")
        body.beginArray()
        for row in rows {
            body.beginObject()
            body.member("day", row.day)
            body.member("model", row.model)
            body.member("currency", row.currency.code)
            body.member("vendor", row.vendor.map { Money.decimal(nano: $0) })
            body.member("ledger", Money.decimal(nano: row.ledger))
            body.member("difference", row.difference.map { Money.decimal(nano: $0) })
            body.member("within", row.isWithin)
            body.name("causes")
            body.beginArray()
            for cause in row.causes { body.string(cause) }
            body.endArray()
            body.endObject()
        }
        body.endArray()
        body.endObject()
        return body
    }
}

import CivilTime
import Inference
package import JSON

/// Repricing as people and programs read it.
extension Repricing {
    /// - Parameter applied: how many corrections were booked; nil when none was asked for.
    package func table(applied: Int? = nil, _ view: TableView = .plain) -> String {
        let heading = "Repricing of \(window.label) (\(window.zone.name))"
        guard !rows.isEmpty else { return "\(heading)\n\nNothing was billed in this time.\n" }
        let columns = [
            Column("day"), Column("provider", spare: 3, isShortened: true), Column("model", isShortened: true),
            Column("attempts", .right, spare: 2), Column("booked", .right), Column("recomputed", .right, spare: 1),
            Column("difference", .right), Column("", .left), Column("differ", .right, spare: 4),
            Column("kept", .right, spare: 4),
        ]
        let lines = newestFirst.map { row in
            [
                row.day, row.provider, row.model, Figures.count(row.attempts), Figures.money(row.booked),
                Figures.money(row.recomputed), Figures.money(row.difference), row.currency?.code ?? "unpriced",
                Figures.count(row.differing), Figures.count(row.kept),
            ]
        }
        return "\(heading)\n\n\(TextTable(columns, rows: lines, totals: totals).text(for: view, all: "--format csv"))\n"
            + notes(applied).map { TextTable.wrapped("- " + $0, view, indent: "  ") }.joined()
    }

    /// The days from the last to the first, each in the order of its names.
    private var newestFirst: [Row] {
        rows.enumerated().sorted { ($1.element.day, $0.offset) < ($0.element.day, $1.offset) }.map(\.element)
    }

    /// A line for each currency.
    private var totals: [[String]] {
        let byCurrency = Dictionary(grouping: rows) { $0.currency?.code ?? "unpriced" }
        return byCurrency.sorted { $0.key < $1.key }.map { code, rows in
            func sum(_ figure: (Row) -> Int64) -> Int64 { rows.reduce(0) { $0.addingClamped(figure($1)) } }
            return [
                "total", "", "", Figures.count(sum(\.attempts)), Figures.money(sum(\.booked)),
                Figures.money(sum(\.recomputed)), Figures.money(sum(\.difference)), code,
                Figures.count(sum(\.differing)), Figures.count(sum(\.kept)),
            ]
        }
    }

    private func notes(_ applied: Int?) -> [String] {
        var notes: [String] = []
        for (reason, count) in reasons.sorted(by: { $0.key < $1.key }) {
            notes.append("\(Figures.count(count)) kept as booked: \(reason)")
        }
        if let applied {
            notes.append("\(applied) corrections are booked")
        } else if corrections.isEmpty {
            notes.append(
                isComplete
                    ? "the books agree with the price book"
                    : "what could be recomputed agrees with the price book; what was kept was not compared")
        } else {
            notes.append("nothing is changed; --apply --reason TEXT books the differences")
        }
        return notes
    }

    package func csv(_ dialect: CSV.Dialect = .standard) -> String {
        var csv = CSV(dialect)
        csv.line([
            "day", "provider", "model", "currency", "attempts", "booked", "recomputed", "difference", "differing",
            "kept",
        ])
        for row in rows {
            csv.line([
                row.day, CSV.name(row.provider), CSV.name(row.model), row.currency?.code ?? "", String(row.attempts),
                csv.figure(Money.decimal(nano: row.booked)), csv.figure(Money.decimal(nano: row.recomputed)),
                csv.figure(Money.decimal(nano: row.difference)), String(row.differing), String(row.kept),
            ])
        }
        return csv.text
    }

    package func json(applied: Int? = nil) -> JSONWriter {
        var body = JSONWriter()
        body.beginObject()
        body.member("from", Timestamp.format(window.from))
        body.member("to", Timestamp.format(window.to))
        body.member("zone", window.zone.name)
        body.name("rows")
        body.beginArray()
        for row in rows {
            body.beginObject()
            body.member("day", row.day)
            body.member("provider", row.provider)
            body.member("model", row.model)
            body.member("currency", row.currency?.code)
            body.member("attempts", row.attempts)
            body.member("booked", Money.decimal(nano: row.booked))
            body.member("recomputed", Money.decimal(nano: row.recomputed))
            body.member("difference", Money.decimal(nano: row.difference))
            body.member("differing", row.differing)
            body.member("kept", row.kept)
            body.endObject()
        }
        body.endArray()
        body.name("kept")
        body.beginObject()
        for (reason, count) in reasons.sorted(by: { $0.key < $1.key }) {
            body.name(reason)
            body.integer(count)
        }
        body.endObject()
        body.member("complete", isComplete)
        body.name("applied")
        body.optional(applied.map { Int64($0) })
        body.endObject()
        return body
    }
}

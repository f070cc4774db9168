import CivilTime
import Inference
package import JSON
package import Ledger

/// Judgements in the order of their arrival, each with what it is credited to.
package struct FeedbackReport: Sendable {
    private let rows: [FeedbackRow]

    package init(_ rows: [FeedbackRow]) {
        self.rows = rows
    }

    /// The newest first.
    package func table(_ view: TableView = .plain) -> String {
        guard !rows.isEmpty else { return "No feedback matches.\n" }
        let columns = [
            Column("at", spare: 1), Column("application", spare: 2, isShortened: true), Column("about"),
            Column("metric", isShortened: true), Column("value", .right), Column("prompt", spare: 3, isShortened: true),
            Column("variant", spare: 4, isShortened: true), Column("comment", spare: 5, isShortened: true),
        ]
        let lines = rows.reversed().map { row in
            let call = row.attributedTo.last?.identity
            return [
                Timestamp.format(row.feedback.at), row.feedback.application, FeedbackReport.target(row.feedback),
                row.feedback.metric + (row.supersededBy == nil ? "" : " (superseded)") + (row.late ? " (late)" : ""),
                FeedbackReport.shortened(FeedbackReport.value(row.feedback), to: 24),
                call?.prompt.map { $0.name + ($0.version.map { "@\($0)" } ?? "") } ?? "–",
                call?.variant.map { "\($0.experiment)/\($0.variant)" } ?? "–",
                FeedbackReport.shortened(row.feedback.comment ?? "", to: 40),
            ]
        }
        return TextTable(columns, rows: lines).text(for: view)
    }

    /// In the order of arrival; what is credited is that of the last call of a session.
    package func csv(_ dialect: CSV.Dialect = .standard) -> String {
        var csv = CSV(dialect)
        csv.line([
            "id", "at", "application", "request_id", "session_id", "metric", "value", "comment", "source", "author",
            "late",
            "superseded_by", "model", "prompt", "prompt_version", "experiment", "variant",
        ])
        for row in rows {
            let (feedback, call) = (row.feedback, row.attributedTo.last?.identity)
            let about: (request: String?, session: String?) =
                switch feedback.target {
                case .request(let id): (id.description, nil)
                case .session(let name): (nil, name)
                }
            let names = [
                call?.model, call?.prompt?.name, call?.prompt?.version, call?.variant?.experiment,
                call?.variant?.variant,
            ]
            let head = [
                feedback.id, Timestamp.format(feedback.at, fraction: true), feedback.application, about.request,
                about.session, feedback.metric,
            ]
            let value =
                feedback.number.map { csv.figure(FeedbackReport.text($0, feedback)) } ?? CSV.name(feedback.text ?? "")
            let rest = [feedback.comment, feedback.source, feedback.author, String(row.late), row.supersededBy] + names
            csv.line(head.map { CSV.name($0 ?? "") } + [value] + rest.map { CSV.name($0 ?? "") })
        }
        return csv.text
    }

    package var json: JSONWriter {
        var body = JSONWriter()
        body.beginObject()
        body.name("feedback")
        body.beginArray()
        for row in rows { FeedbackReport.write(row, to: &body) }
        body.endArray()
        body.endObject()
        return body
    }

    private static func write(_ row: FeedbackRow, to body: inout JSONWriter) {
        let feedback = row.feedback
        body.beginObject()
        body.member("id", feedback.id)
        body.member("application", feedback.application)
        switch feedback.target {
        case .request(let id): body.member("request_id", id.description)
        case .session(let name): body.member("session_id", name)
        }
        body.member("metric", feedback.metric)
        body.name("value")
        if let value = feedback.number.map({ FeedbackReport.text($0, feedback) }) {
            body.raw(Array(value.utf8))
        } else {
            body.value(feedback.text.map { .string($0) } ?? .null)
        }
        body.member("comment", feedback.comment)
        body.member("source", feedback.source)
        body.member("author", feedback.author)
        body.member("at", Timestamp.format(feedback.at, fraction: true))
        body.member("late", row.late)
        body.member("superseded_by", row.supersededBy)
        body.name("attributed_to")
        body.beginArray()
        for credit in row.attributedTo {
            body.beginObject()
            body.member("request_id", credit.request.description)
            credit.identity.write(to: &body)
            body.endObject()
        }
        body.endArray()
        body.endObject()
    }

    private static func target(_ feedback: NewFeedback) -> String {
        switch feedback.target {
        case .request(let id): id.description
        case .session(let name): "session \(name)"
        }
    }

    private static func value(_ feedback: NewFeedback) -> String {
        feedback.number.map { text($0, feedback) } ?? feedback.text ?? ""
    }

    /// A boolean as it was sent; a whole number without its `.0`. Numbers here are judgements, never money.
    private static func text(_ number: Double, _ feedback: NewFeedback) -> String {
        if feedback.isBoolean { return number == 0 ? "false" : "true" }
        guard number.isFinite else { return "null" }
        return number == number.rounded() && abs(number) < 1e15 ? String(Int64(number)) : String(number)
    }

    private static func shortened(_ text: String, to length: Int) -> String {
        text.count <= length ? text : text.prefix(length - 1) + "…"
    }
}

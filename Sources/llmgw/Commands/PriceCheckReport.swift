import Gateway
import JSON

/// What `llmgw prices check` has found.
struct PriceCheckReport {
    let file: String
    /// Entries of the book; nil when it cannot be read.
    let count: Int?
    let findings: [Diagnostic]
    let changes: PriceChanges?

    var text: String {
        var lines = findings.map(\.description)
        if let changes {
            lines += changes.changes.map { change in
                "\(change.kind.rawValue): \(change.name)"
                    + (change.details.isEmpty ? "" : ": \(change.details.joined(separator: ", "))")
            }
        }
        let errors = findings.count { $0.severity == .error }
        let warnings = findings.count { $0.severity == .warning }
        lines.append(
            "\(file): \(count.map { "\($0) prices, " } ?? "")\(errors) error\(errors == 1 ? "" : "s"), "
                + "\(warnings) warning\(warnings == 1 ? "" : "s")")
        return lines.map { $0 + "\n" }.joined()
    }

    var json: [UInt8] {
        var body = JSONWriter()
        body.beginObject()
        body.member("file", file)
        body.member("valid", !findings.contains { $0.severity == .error })
        body.name("prices")
        if let count { body.integer(Int64(count)) } else { body.null() }
        body.name("findings")
        body.beginArray()
        for finding in findings {
            body.beginObject()
            body.member("severity", finding.severity.rawValue)
            body.member("file", finding.file)
            body.member("line", finding.line)
            body.member("message", finding.message)
            body.endObject()
        }
        body.endArray()
        body.name("changes")
        body.beginArray()
        for change in changes?.changes ?? [] {
            body.beginObject()
            body.member("kind", change.kind.rawValue)
            body.member("name", change.name)
            body.name("details")
            body.beginArray()
            for detail in change.details { body.string(detail) }
            body.endArray()
            body.endObject()
        }
        body.endArray()
        body.endObject()
        return body.bytes
    }
}

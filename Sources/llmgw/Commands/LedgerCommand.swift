import JSON
import Ledger

extension Command {
    static let ledgerVerify = Command(
        name: "ledger verify", summary: "derive every counter anew from its lines and check the audit trail's chain",
        notes: ["Exit code 1 when something differs. It reads only, and works while the gateway runs."],
        options: [.jsonFormat, .config, .database],
        examples: [Example("llmgw ledger verify", "the configuration's ledger")]
    ) { arguments, context in
        let location = try LedgerLocation(arguments, context)
        let findings = try location.reader().verify()
        if arguments.text("format") == "json" {
            var body = JSONWriter()
            body.beginObject()
            body.member("ledger", location.path)
            body.name("findings")
            body.beginArray()
            for finding in findings {
                body.beginObject()
                body.member("place", finding.place)
                body.member("problem", finding.problem)
                body.endObject()
            }
            body.endArray()
            body.endObject()
            context.output.write(body.bytes + [10])
        } else {
            for finding in findings { context.output.line(finding.description) }
            if findings.isEmpty {
                context.output.line("\(ShownPath.text(location.path)): the books balance, the audit trail is whole")
            }
        }
        return findings.isEmpty ? .success : .findings
    }
}

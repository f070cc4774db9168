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
        return LedgerFindings(
            ledger: location.path, findings: findings, whole: "the books balance, the audit trail is whole"
        ).show(context, asJSON: arguments.text("format") == "json")
    }
}

/// What a look at the books has found, for people and programs.
struct LedgerFindings {
    let ledger: String
    let findings: [Finding]
    /// What is said when nothing was found.
    let whole: String

    func show(_ context: Context, asJSON isJSON: Bool) -> ExitCode {
        if isJSON {
            context.output.write(json.bytes + [10])
        } else {
            for finding in findings { context.output.line(finding.description) }
            if findings.isEmpty { context.output.line("\(ShownPath.text(ledger)): \(whole)") }
        }
        return findings.isEmpty ? .success : .findings
    }

    private var json: JSONWriter {
        var body = JSONWriter()
        body.beginObject()
        body.member("ledger", ledger)
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
        return body
    }
}

import Ledger

extension Command {
    static let ledgerBackup = Command(
        name: "ledger backup", summary: "a whole, verified copy of the ledger, while the gateway runs or not",
        notes: [
            "The copy is 0600 and on the disk when the command ends. Exit code 1 when the copy's books do not balance.",
            "Keep a copy of the unit key, which lies beside the ledger, with it.",
        ],
        operands: [.required("FILE")],
        options: [Option("force", .flag, "replace FILE if it exists"), .config, .database],
        examples: [Example("llmgw ledger backup /backups/ledger-monday.db", "the configuration's ledger")]
    ) { arguments, context in
        let file = arguments.operands[0]
        let location = try LedgerLocation(arguments, context)
        let reader = try location.reader()
        let findings: [Finding]
        do throws(LedgerError) {
            findings = try reader.backup(to: file, replacing: arguments.has("force"))
        } catch {
            throw Failure(error.kind == .conflict ? .usage : .failure, error.message)
        }
        for finding in findings { context.output.line(finding.description) }
        let state = findings.isEmpty ? "its books balance" : "\(findings.count) findings, as in the ledger itself"
        context.output.line("\(ShownPath.text(file)): \(state)")
        return findings.isEmpty ? .success : .findings
    }

    static let ledgerAuditVerify = Command(
        name: "ledger audit verify", summary: "check that no entry of the audit trail was changed or removed",
        notes: ["Exit code 1 when one was. That the newest entries were cut off shows only against a copy."],
        options: [.jsonFormat, .config, .database],
        examples: [Example("llmgw ledger audit verify", "the configuration's ledger")]
    ) { arguments, context in
        let location = try LedgerLocation(arguments, context)
        let findings = try location.reader().verifyAudit()
        return LedgerFindings(ledger: location.path, findings: findings, whole: "the audit trail is whole")
            .show(context, asJSON: arguments.text("format") == "json")
    }
}

import Ledger
import Reports

extension Command {
    static let ledgerRecover = Command(
        name: "ledger recover", summary: "save what can be read of a damaged ledger into a new file",
        notes: [
            "The damaged file is not touched. Stop the gateway first; then put the new file in the old one's place.",
            "Calls that were under way are charged at their bound. Exit code 1 when something was lost.",
        ],
        options: [
            Option("to", .file, "the new file; the ledger's name with .recovered unless told"), .config, .database,
        ],
        examples: [Example("llmgw ledger recover --to var/saved.db", "the configuration's ledger")]
    ) { arguments, context in
        let path = try LedgerLocation(arguments, context).path
        let target = arguments.text("to") ?? path + ".recovered"
        let (report, findings) = try recover(path, target)
        for table in report.tables where table.rows > 0 || table.gaps > 0 || table.rejected > 0 {
            var line = "\(table.name): \(Figures.count(Int64(table.rows))) rows"
            if table.gaps > 0 { line += ", \(table.gaps) stretches cannot be read" }
            if table.rejected > 0 { line += ", \(table.rejected) rows are nonsense and left out" }
            context.output.line(line)
        }
        for note in report.notes { context.output.line(note) }
        for finding in findings { context.output.line(finding.description) }
        let isWhole = report.isWhole && findings.isEmpty
        let end = isWhole ? "nothing was lost" : "what is named above was lost"
        context.output.line("\(ShownPath.text(target)): \(end)")
        return isWhole ? .success : .findings
    }

    /// Saves, charges what was under way as a start would, and verifies.
    private static func recover(_ path: String, _ target: String) throws -> (SalvageReport, [Finding]) {
        do {
            let report = try LedgerSalvage.run(path, to: target)
            let ledger = try LedgerWriter.open(target)
            _ = try MainLoop.run { _ in
                await ledger.close()
                return .success
            }
            return (report, try LedgerReader.open(target).verify())
        } catch let error as LedgerError {
            let isUsage = error.kind == .conflict || error.kind == .missing
            throw Failure(isUsage ? .usage : .failure, error.message)
        }
    }
}

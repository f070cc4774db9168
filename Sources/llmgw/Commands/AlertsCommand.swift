import Inference
import JSON
import Ledger
import Reports

extension Command {
    static let alertsList = Command(
        name: "alerts list", summary: "budgets that have reached a share of their limit, and whether anybody was told",
        options: [
            Option("app", .text("A"), "of one application's budget"),
            Option("limit", .integer(1...10_000), "so many; 50 unless told"),
            .jsonFormat, .config, .database,
        ],
        examples: [Example("llmgw alerts list --app support-bot", "the last ones of an application")]
    ) { arguments, context in
        let reader = try LedgerLocation(arguments, context).reader()
        let account = arguments.text("app").map { Account(.application, $0) }
        let report = AlertReport(try reader.alerts(of: account, limit: arguments.integer("limit") ?? 50))
        let isJSON = arguments.text("format") == "json"
        context.output.write(isJSON ? report.json.bytes + [10] : Array(report.table.utf8))
        return .success
    }
}

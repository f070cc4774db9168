import Admin
import Gateway
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
        let location = try LedgerLocation(arguments, context)
        let reader = try location.reader()
        try location.check(arguments.text("app"), .application, option: "app", reader)
        let account = arguments.text("app").map { Account(.application, $0) }
        let report = AlertReport(try reader.alerts(of: account, limit: arguments.integer("limit") ?? 50))
        let isJSON = arguments.text("format") == "json"
        context.output.write(isJSON ? report.json.bytes + [10] : Array(report.table(context.view).utf8))
        return .success
    }

    static let alertsResend = Command(
        name: "alerts resend", summary: "deliver alerts again that were given up: one, or all of them",
        operands: [.optional("ID")],
        options: [.jsonFormat, .config],
        examples: [
            Example("llmgw alerts resend", "all that were given up, such as after a week without the receiver"),
            Example("llmgw alerts resend alert-12", "`llmgw alerts list` shows the ids"),
        ]
    ) { arguments, context in
        let id = arguments.operands.first
        guard let order = AlertOrder(id) else { throw Failure.usage(AlertOrder.explanation(of: id ?? "")) }
        let desk = LedgerDesk(ledger: try LedgerLocation.configuration(arguments, context).ledger.path)
        let body = JSONValue.object(id.map { [JSONMember("id", .string($0))] } ?? [])
        let answer = try desk.ask("POST", "/admin/v1/alerts/resend", body) { ledger in
            try await order.carryOut(ledger, actor: "cli")
        }
        if arguments.text("format") == "json" {
            context.output.line(String(decoding: answer, as: UTF8.self))
        } else {
            let count = try JSONValue(parsing: answer)["resent"]?.integerValue ?? 0
            let all = count == 1 ? "1 alert waits" : "\(count) alerts wait"
            context.output.line(count == 0 ? "no alert was given up" : "\(all) for delivery again")
        }
        return .success
    }
}

import CivilTime
import Ledger
import Reports

extension Command {
    static let costs = Command(
        name: "costs", summary: "what was spent, in money and tokens, over any days",
        notes: [
            "Today in UTC by application unless told otherwise. It works while the gateway runs and when it does not.",
            "K is one or more of: \(CostKey.allCases.map(\.rawValue).joined(separator: ", ")).",
        ],
        options: [
            Option("day", .day, "one day"),
            Option("month", .month, "one month"),
            Option("from", .day, "the first day"),
            Option("to", .day, "the last day, inclusive; today unless told"),
            Option("zone", .text("Z"), "where days begin, such as Europe/Berlin; UTC unless told"),
            Option("by", .list(CostKey.allCases.map(\.rawValue)), "what to group by; application unless told"),
            Option("app", .text("A"), "one application alone"),
            Option("currency", .text("C"), "one currency alone, such as USD"),
            .tableFormat, .config, .database,
        ],
        examples: [
            Example("llmgw costs", "today, by application"),
            Example("llmgw costs --month 2026-11 --zone Europe/Berlin", "November, as Berlin's calendar has it"),
            Example("llmgw costs --from 2026-11-01 --by day,model", "this month, day by day"),
            Example("llmgw costs --month 2026-11 --by team --format csv > november.csv", "for a spreadsheet"),
        ],
        run: costs(_:_:))

    private static func costs(_ arguments: Arguments, _ context: Context) throws -> ExitCode {
        var parameters: [String: String] = [:]
        for name in CostRequest.parameters { parameters[name] = arguments.text(name) }
        do {
            let request = try CostRequest(parameters, format: .table, now: Clock.utcMilliseconds())
            let document = try CostDocument(request, from: try LedgerLocation(arguments, context).reader())
            context.output.write(document.bytes(width: context.width))
            return .success
        } catch let error as ReportError {
            throw Failure.usage("--\(error.description)")
        }
    }
}

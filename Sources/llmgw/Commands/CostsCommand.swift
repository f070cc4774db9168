import CivilTime
import Ledger
import Reports

extension Command {
    static let costs = Command(
        name: "costs", summary: "what was spent, in money and tokens, over any days",
        notes: [
            "Today in UTC by application unless told otherwise. It works while the gateway runs and when it does not.",
            "K is one or more of: \(CostGroup.allCases.map(\.rawValue).joined(separator: ", ")).",
            "The format focus is CSV in the columns of FOCUS 1.2, a row for each day, class of tokens and price.",
        ],
        options: [
            Option("day", .day, "one day"),
            Option("week", .text("W"), "one week from Monday, such as 2026-W47"),
            Option("month", .month, "one month"),
            Option("quarter", .text("Q"), "one quarter, such as 2026-Q4"),
            Option("year", .text("Y"), "one year, such as 2026"),
            Option("from", .day, "the first day"),
            Option("to", .day, "the last day, inclusive; today unless told"),
            Option("zone", .text("Z"), "where days begin, such as Europe/Berlin; UTC unless told"),
            Option("by", .list(CostGroup.allCases.map(\.rawValue)), "what to group by; application unless told"),
            Option("app", .text("A"), "one application alone"),
            Option("currency", .text("C"), "one currency alone, such as USD"),
            Option(
                "compare", .choice(CostRequest.Comparison.allCases.map(\.rawValue)),
                "beside the window before: all of it, or as much as has passed of this one"),
            Option("forecast", .flag, "what it will have cost at the end of the window"),
            Option("budget-share", .flag, "as shares of the budgets that cover the window"),
            Option("format", .choice(CostRequest.Format.allCases.map(\.rawValue)), "table unless told"),
            .config, .database,
        ],
        examples: [
            Example("llmgw costs", "today, by application"),
            Example("llmgw costs --month 2026-11 --zone Europe/Berlin", "November, as Berlin's calendar has it"),
            Example("llmgw costs --from 2026-11-01 --by day,model", "this month, day by day"),
            Example("llmgw costs --month 2026-11 --compare elapsed --forecast", "is this month dearer than the last?"),
            Example("llmgw costs --month 2026-11 --by team --format csv > november.csv", "for a spreadsheet"),
            Example("llmgw costs --month 2026-11 --format focus > november-focus.csv", "for a FinOps tool"),
        ],
        run: costs(_:_:))

    private static func costs(_ arguments: Arguments, _ context: Context) throws -> ExitCode {
        var parameters: [String: String] = [:]
        for name in CostRequest.parameters { parameters[name] = arguments.text(name) }
        for name in CostRequest.switches where arguments.has(name) { parameters[name] = "true" }
        do {
            let request = try CostRequest(parameters, format: .table, now: Clock.utcMilliseconds())
            let answer = try CostAnswer(
                request, from: try LedgerLocation(arguments, context).reader(), width: context.width)
            context.output.write(answer.bytes)
            for note in answer.notes { context.errors.line("costs: \(note)") }
            context.errors.flush()
            return .success
        } catch let error as ReportError {
            throw Failure.usage("--\(error.description)")
        }
    }
}

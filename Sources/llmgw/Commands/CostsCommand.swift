import Admin
import CivilTime
import Ledger
import Reports

extension Command {
    static let costs = Command(
        name: "costs", summary: "what was spent, in money and tokens, over any days",
        notes: [
            "Today in UTC by application unless told otherwise. It works while the gateway runs and when it does not.",
            "K is one or more of: \(CostGroup.allCases.map(\.rawValue).joined(separator: ", ")).",
            "The formats focus and focus-1.3 are CSV in the columns of FOCUS 1.2 and 1.3, a row for each day, meter and price.",
        ],
        options: [
            Option("day", .text("D"), "one day, such as 2026-11-21; here and below also this, or last"),
            Option("week", .text("W"), "one week from Monday, such as 2026-W47"),
            Option("month", .text("M"), "one month, such as 2026-11"),
            Option("quarter", .text("Q"), "one quarter, such as 2026-Q4"),
            Option("year", .text("Y"), "one year, such as 2026"),
            Option("from", .day, "the first day"),
            Option("to", .day, "the last day, inclusive; today unless told"),
            Option("zone", .text("Z"), "where days begin, such as Europe/Berlin; UTC unless told"),
            Option("by", .list(CostGroup.allCases.map(\.rawValue)), "what to group by; application unless told"),
            Option("app", .text("A"), "one application alone"),
            Option("team", .text("T"), "one team alone"),
            Option("model", .text("M"), "one model alone, by the name of applications or the vendor's"),
            Option("provider", .text("P"), "one provider alone"),
            Option("currency", .text("C"), "one currency alone, such as USD"),
            Option("as-of", .day, "as the books stood at the end of a day: later calls and corrections are left out"),
            Option("corrections", .flag, "how much of the cost is corrections"),
            Option(
                "compare", .choice(CostRequest.Comparison.allCases.map(\.rawValue)),
                "beside the window before: all of it, or as much as has passed of this one"),
            Option("forecast", .flag, "what it will have cost at the end of the window"),
            Option("budget-share", .flag, "as shares of the budgets that cover the window"),
            Option("sort", .choice(CostOrder.allCases.map(\.rawValue)), "the most first; by name unless told"),
            Option("format", .choice(CostRequest.Format.allCases.map(\.rawValue)), "table unless told"),
            .csvDialect, .config, .database,
        ],
        examples: [
            Example("llmgw costs", "today, by application"),
            Example("llmgw costs --month 2026-11 --zone Europe/Berlin", "November, as Berlin's calendar has it"),
            Example("llmgw costs --from 2026-11-01 --by day,model", "this month, day by day"),
            Example("llmgw costs --month 2026-11 --compare elapsed --forecast", "is this month dearer than the last?"),
            Example("llmgw costs --month last --by model --sort cost", "what the last month was spent on"),
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
            let location = try LedgerLocation(arguments, context)
            let reader = try location.reader()
            try FilterNames(location.configuration, reader).check(request)
            let answer = try CostAnswer(request, from: reader, view: context.view)
            context.output.write(answer.bytes)
            for note in answer.notes { context.errors.line("costs: \(note)") }
            context.errors.flush()
            return .success
        } catch let error as ReportError {
            throw Failure.usage("--\(error.description)")
        }
    }
}

import Admin
import CivilTime
import Gateway
import Inference
import JSON
import Ledger
import Reports

extension Command {
    static let budgets = Command(
        name: "budgets", summary: "what is spent, held, presumed and left of each budget, and when it ends",
        notes: ["With --db only the periods that something was charged to are known."],
        operands: [.optional("APP")],
        options: [
            Option("scope", .choice(scopes), "only budgets of this kind, and all of them"),
            Option("forecast", .flag, "what will be spent at the end, and when a budget is used up, at this rate"),
            .jsonFormat, .config, .database,
        ],
        examples: [
            Example("llmgw budgets", "all levels"),
            Example("llmgw budgets --scope team", "the teams alone"),
            Example("llmgw budgets support-bot --format json", "one, for a script"),
        ],
        run: budgets(_:_:))

    private static let scopes = [
        "organisation", "team", "application", "key", "user", "model", "prompt", "variant",
    ]

    private static func budgets(_ arguments: Arguments, _ context: Context) throws -> ExitCode {
        let location = try LedgerLocation(arguments, context)
        let scope = arguments.text("scope").flatMap(Account.Scope.init(rawValue:))
        let now = Clock.utcMilliseconds()
        let rows = try BudgetRows.current(application: arguments.operands.first, location, at: now)
            .filter { scope == nil || $0.account.scope == scope }
        let report = BudgetReport(
            rows, isComplete: scope != nil, forecastAt: arguments.has("forecast") ? now : nil)
        if arguments.text("format") == "json" {
            context.output.line(String(decoding: report.json.bytes, as: UTF8.self))
        } else {
            context.output.write(report.table)
        }
        return .success
    }
}

/// The periods that hold a moment: of the configuration's budgets, else of those that the ledger knows.
private enum BudgetRows {
    static func current(application: String?, _ location: LedgerLocation, at now: Int64) throws -> [BudgetRow] {
        guard let configuration = location.configuration else {
            return try location.reader().budgets(application: application, at: now)
        }
        if let application, configuration.applications[application] == nil {
            let known = configuration.applications.keys.sorted()
            throw Failure.usage(
                "the configuration has no application '\(application)'\(Guess.text(for: application, among: known))")
        }
        return try BudgetStatus.current(
            configuration, application: application, reader: try location.existingReader(), at: now)
    }
}

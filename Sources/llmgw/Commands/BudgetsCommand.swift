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
            Option("user", .text("U"), "of one user, by the name that applications send"),
            Option("past", .flag, "the periods that are over, the newest first"),
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
        if arguments.has("past"), arguments.has("forecast") {
            throw Failure.usage("--forecast: a period that is over has no forecast; leave out --past")
        }
        let application = arguments.operands.first
        let all =
            arguments.has("past")
            ? try BudgetRows.past(application: application, location, before: now)
            : try BudgetRows.current(application: application, location, at: now)
        let rows = all.filter { scope == nil || $0.account.scope == scope }
        let user = try arguments.text("user").map { name throws(Failure) in
            (name: name, account: try account(of: name, location))
        }
        let report = BudgetReport(
            rows, isComplete: scope != nil || user != nil, forecastAt: arguments.has("forecast") ? now : nil, user: user
        )
        if arguments.text("format") == "json" {
            context.output.line(String(decoding: report.json.bytes, as: UTF8.self))
        } else {
            context.output.write(report.table(context.view))
        }
        return .success
    }
}

extension Command {
    /// The account of a user; empty, which is nobody's, where no call has brought a user yet.
    private static func account(of user: String, _ location: LedgerLocation) throws(Failure) -> String {
        guard let key = try UnitKey.existing(beside: location.path) else { return "" }
        return UserAccount.name(of: user, key: key)
    }
}

/// The periods that hold a moment: of the configuration's budgets, else of those that the ledger knows.
private enum BudgetRows {
    static func current(application: String?, _ location: LedgerLocation, at now: Int64) throws -> [BudgetRow] {
        try check(application, location)
        guard let configuration = location.configuration else {
            return try location.reader().budgets(application: application, at: now)
        }
        return try BudgetStatus.current(
            configuration, application: application, reader: try location.existingReader(), at: now)
    }

    /// All periods that were over at a moment, the newest first.
    static func past(application: String?, _ location: LedgerLocation, before now: Int64) throws -> [BudgetRow] {
        try check(application, location)
        return try location.existingReader()?.budgets(application: application).filter { $0.endsAt <= now } ?? []
    }

    private static func check(_ application: String?, _ location: LedgerLocation) throws {
        guard let application, let configuration = location.configuration,
            configuration.applications[application] == nil
        else { return }
        let known = configuration.applications.keys.sorted()
        throw Failure.usage(
            "the configuration has no application '\(application)'\(Guess.text(for: application, among: known))")
    }
}

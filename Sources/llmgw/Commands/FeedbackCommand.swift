import CivilTime
import JSON
import Ledger
import Reports

extension Command {
    static let feedbackList = Command(
        name: "feedback list", summary: "judgements of users, each with the prompt and variant that it credits",
        options: [
            Option("app", .text("A"), "of one application"),
            Option("metric", .text("M"), "of one metric"),
            Option("experiment", .text("E"), "that credit a call of one experiment"),
            Option("since", .moment, "that came since: 24h (ago), 2026-11-21 (UTC), or a time"),
            Option("format", .choice(["text", "csv", "json"]), "text unless told"), .csvDialect, .config, .database,
        ],
        examples: [
            Example("llmgw feedback list --app support-bot --since 7d", "the last week's"),
            Example("llmgw feedback list --metric helpful --format csv > helpful.csv", "for a spreadsheet"),
        ]
    ) { arguments, context in
        let location = try LedgerLocation(arguments, context)
        let reader = try location.reader()
        try location.check(arguments.text("app"), .application, option: "app", reader)
        try location.check(arguments.text("experiment"), .experiment, option: "experiment", reader)
        let report = FeedbackReport(
            try reader.feedback(
                application: arguments.text("app"), metric: arguments.text("metric"),
                experiment: arguments.text("experiment"),
                from: arguments.moment("since", now: Clock.utcMilliseconds())))
        switch arguments.text("format") {
        case "json": context.output.write(report.json.bytes + [10])
        case "csv": context.output.write(report.csv(arguments.dialect))
        default: context.output.write(report.table(context.view))
        }
        return .success
    }
}

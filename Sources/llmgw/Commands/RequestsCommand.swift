import CivilTime
import Inference
import JSON
import Ledger
import Reports

extension Command {
    static let requests = Command(
        name: "requests", summary: "one request with its attempts, holds and charges; or a list, the newest first",
        operands: [.optional("ID")],
        options: [
            Option("app", .text("A"), "of one application"),
            Option("since", .moment, "that began since: 24h (ago), 2026-11-21 (UTC), or a time; 24h unless told"),
            Option("outcome", .choice(["completed", "truncated", "cancelled", "failed", "refused"]), "that ended so"),
            Option("limit", .integer(1...10_000), "at most so many; 50 unless told"),
            .jsonFormat, .config, .database,
        ],
        examples: [
            Example("llmgw requests --app support-bot --since 1h", "the last hour's"),
            Example("llmgw requests --outcome failed", "what went wrong today"),
            Example("llmgw requests req_01K…", "everything about one; its id is in x-llmgw-request-id"),
        ],
        run: requests(_:_:))

    private static func requests(_ arguments: Arguments, _ context: Context) throws -> ExitCode {
        let isJSON = arguments.text("format") == "json"
        if let text = arguments.operands.first {
            guard let id = RequestID(text) else {
                throw Failure.usage("'\(text)' is no request's id; they begin with req_ and have 30 characters")
            }
            let reader = try LedgerLocation(arguments, context).reader()
            guard let found = try reader.request(id) else {
                let removed = try removal(reader.keptRows(), id.milliseconds).map { "; \($0)" } ?? ""
                throw Failure(.findings, "there is no request \(id) in this ledger\(removed)")
            }
            let page = RequestPage(found)
            context.output.write(isJSON ? page.json.bytes + [10] : Array(page.text.utf8))
            return .success
        }
        let now = Clock.utcMilliseconds()
        var filter = RequestFilter()
        filter.application = arguments.text("app")
        filter.from = arguments.moment("since", now: now) ?? now - 86_400_000
        filter.outcome = arguments.text("outcome").flatMap { Outcome(rawValue: $0) }
        filter.limit = arguments.integer("limit") ?? 50
        let location = try LedgerLocation(arguments, context)
        let reader = try location.reader()
        try location.check(filter.application, .application, option: "app", reader)
        let list = RequestList(try reader.requests(filter))
        context.output.write(isJSON ? list.json.bytes + [10] : Array(list.table(context.view).utf8))
        if let removed = try removal(reader.keptRows(), filter.from ?? now) {
            context.errors.line(removed)
            context.errors.flush()
        }
        return .success
    }

    /// Says that rows at or after `moment` (UTC milliseconds) may have been removed; nil when none were.
    private static func removal(_ kept: KeptRows, _ moment: Int64) -> String? {
        let rows = [("requests", kept.attempts), ("refused requests", kept.refused)]
        let removed = rows.compactMap { name, from in
            from.flatMap { moment < $0 ? "\(name) before \(Timestamp.format($0))" : nil }
        }
        return removed.isEmpty
            ? nil : "rows of \(removed.joined(separator: " and of ")) were removed; their costs were not"
    }
}

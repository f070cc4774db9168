import Admin
import CivilTime
import Gateway
import Glibc
import Inference
import JSON
import Ledger
import Reports

extension Command {
    private static let correctionOptions: [Option] = [
        Option("reason", .text("TEXT"), "why; it stands in the ledger and in the audit trail"),
        Option("by", .text("NAME"), "who decided it; the user of this machine unless told"),
    ]

    static let pricesReprice = Command(
        name: "prices reprice", summary: "what calls would cost at today's price book, and book the difference",
        notes: [
            "Without --apply nothing is changed. Each call is taken at the price of the day of its admission (UTC).",
            "Corrections are rows of their own, one for each attempt. A second run books nothing: the first one counts.",
        ],
        options: [
            Option("from", .day, "the first day"), Option("to", .day, "the last day, inclusive; today unless told"),
            Option("day", .text("D"), "one day, or last"), Option("month", .text("M"), "one month, or last"),
            Option("zone", .text("Z"), "where days begin, such as Europe/Berlin; UTC unless told"),
            Option("provider", .text("P"), "one provider alone"),
            Option("model", .text("M"), "one model alone, by the vendor's name"),
            Option("apply", .flag, "book the differences; needs --reason"),
        ] + correctionOptions + [.tableFormat, .csvDialect, .config],
        examples: [
            Example("llmgw prices reprice --from 2026-11-01", "this month, to look at"),
            Example("llmgw prices reprice --month 2026-11 --apply --reason typo", "one correction for each attempt"),
        ],
        run: reprice(_:_:))

    private static func reprice(_ arguments: Arguments, _ context: Context) throws -> ExitCode {
        let reason = arguments.text("reason")
        if arguments.has("apply"), reason == nil {
            throw Failure.usage("--apply needs --reason TEXT: it stands in the ledger with every correction")
        }
        let configuration = try LedgerLocation.configuration(arguments, context)
        let location = LedgerLocation(configuration)
        var parameters: [String: String] = [:]
        for name in ["from", "to", "day", "month", "zone"] { parameters[name] = arguments.text(name) }
        guard parameters.keys.contains(where: { $0 != "zone" }) else {
            throw Failure.usage("name the days: --from D, --day D or --month M")
        }
        var repricing: Repricing
        do {
            repricing = Repricing(
                try ReportWindow(parameters, now: Clock.utcMilliseconds()), provider: arguments.text("provider"),
                model: arguments.text("model")
            ) { provider, model, day in
                configuration.price(of: TargetSettings(provider: provider, model: model), on: day)
                    ?? configuration.prices.price(provider: provider, model: model, on: day)
            }
        } catch {
            throw Failure.usage("--\(error.description)")
        }
        try repricing.run(on: try location.reader())
        var applied: Int?
        if arguments.has("apply"), let reason {
            applied = try apply(repricing, reason: reason, by: actor(arguments), to: location.path)
        }
        switch arguments.text("format") {
        case "json": context.output.write(repricing.json(applied: applied).bytes + [10])
        case "csv": context.output.write(repricing.csv(arguments.dialect))
        default: context.output.write(repricing.table(applied: applied, context.view))
        }
        return .success
    }

    /// Books the corrections, batch by batch: what a batch has booked stays booked when a later one fails.
    private static func apply(
        _ repricing: Repricing, reason: String, by: String, to ledger: String
    ) throws -> Int {
        var rest = repricing.corrections[...]
        while !rest.isEmpty {
            let batch = rest.prefix(AdjustmentActions.batch)
            let lines = batch.map { correction in
                AdjustmentOrder.Line(
                    request: correction.request, attempt: correction.attempt, nano: correction.nano,
                    id: correction.id, currency: correction.currency)
            }
            let subject = "\(repricing.window.label) \(repricing.window.zone.name)"
            try book(
                AdjustmentOrder(kind: .reprice, reason: reason, subject: subject, lines: lines), by: by, in: ledger)
            rest = rest.dropFirst(batch.count)
        }
        return repricing.corrections.count
    }

    private static func book(_ order: AdjustmentOrder, by: String, in ledger: String) throws {
        _ = try LedgerDesk(ledger: ledger).ask("POST", "/admin/v1/adjustments", order.json(by: by)) { ledger in
            try await AdjustmentActions(ledger, actor: "cli: \(by)").book(order)
            return AdjustmentOrder.booked(order.lines.count)
        }
    }

    /// `--by`, else the name of the process's user.
    private static func actor(_ arguments: Arguments) -> String {
        if let name = arguments.text("by") { return name }
        guard let entry = getpwuid(getuid()), let name = entry.pointee.pw_name else { return "uid \(getuid())" }
        return String(cString: name)
    }

    // MARK: Release

    static let pricesRelease = Command(
        name: "prices release", summary: "take back what was presumed of a call whose end is known now",
        notes: [
            "A presumed attempt is charged at its bound. The correction makes it cost the amount of --to, in the currency",
            "of its price; nothing unless told.",
        ],
        operands: [.required("REQUEST[/ATTEMPT]")],
        options: [Option("to", .text("AMOUNT"), "what it did cost, such as 0.0123; 0 unless told")] + correctionOptions
            + [.jsonFormat, .config],
        examples: [
            Example("llmgw prices release req_01K… --to 0.0042 --reason log", "`llmgw requests` shows what is presumed")
        ],
        run: release(_:_:))

    private static func release(_ arguments: Arguments, _ context: Context) throws -> ExitCode {
        guard let reason = arguments.text("reason") else {
            throw Failure.usage("a release needs --reason TEXT: it stands in the ledger with the correction")
        }
        let text = arguments.text("to") ?? "0"
        guard let amount = Money.nano(decimal: text) else {
            throw Failure.usage("--to: '\(text)' is no amount such as 0.0123, with at most nine places")
        }
        let location = LedgerLocation(try LedgerLocation.configuration(arguments, context))
        let parts = arguments.operands[0].split(separator: "/", omittingEmptySubsequences: false)
        guard let id = RequestID(parts[0]), parts.count <= 2 else {
            throw Failure.usage(
                "'\(arguments.operands[0])' is no request's id such as req_01K…, or its attempt req_01K…/2")
        }
        guard let detail = try location.reader().request(id) else {
            throw Failure.usage("no request has the id '\(id)'; `llmgw requests` lists them")
        }
        let presumed = detail.attempts.filter { $0.settlement?.basis == .presumed }
        let chosen = parts.count == 2 ? presumed.filter { String($0.attempt) == parts[1] } : presumed
        guard let attempt = chosen.first, chosen.count == 1 else {
            throw Failure.usage(
                chosen.isEmpty
                    ? "\(arguments.operands[0]) has no presumed attempt"
                    : "\(id) has several presumed attempts; name one: \(chosen.map { "\(id)/\($0.attempt)" }.joined(separator: ", "))"
            )
        }
        let change = try released(attempt, to: amount)
        let line = AdjustmentOrder.Line(
            request: id, attempt: attempt.attempt, nano: change,
            id: "release:\(id):\(attempt.attempt):\(attempt.adjustments.count + 1)")
        let order = AdjustmentOrder(
            kind: .presumedRelease, reason: reason, subject: "\(id)/\(attempt.attempt)", lines: [line])
        if change != 0 { try book(order, by: actor(arguments), in: location.path) }
        report(id, attempt, to: amount, change: change, arguments, context)
        return .success
    }

    /// The correction that makes an attempt cost `amount`.
    private static func released(_ attempt: AttemptDetail, to amount: Int64) throws(Failure) -> Int64 {
        guard let cost = attempt.settlement?.cost else {
            throw Failure.usage(
                "attempt \(attempt.attempt) has no price, so nothing was charged that could be released")
        }
        let charged = attempt.adjustments.reduce(cost.nano) { $0.addingClamped($1.nano) }
        guard amount <= charged else {
            throw Failure.usage(
                "it is charged \(Money.decimal(nano: charged)) \(cost.currency); a release takes back, it never adds")
        }
        return amount - charged
    }

    private static func report(
        _ id: RequestID, _ attempt: AttemptDetail, to amount: Int64, change: Int64, _ arguments: Arguments,
        _ context: Context
    ) {
        let currency = attempt.settlement?.cost?.currency.code ?? ""
        if arguments.text("format") == "json" {
            var body = JSONWriter()
            body.beginObject()
            body.member("request", id.description)
            body.member("attempt", attempt.attempt)
            body.member("currency", currency)
            body.member("correction", Money.decimal(nano: change))
            body.member("cost", Money.decimal(nano: amount))
            body.endObject()
            context.output.write(body.bytes + [10])
        } else if change == 0 {
            context.output.line("\(id)/\(attempt.attempt) costs \(Money.decimal(nano: amount)) \(currency) already")
        } else {
            context.output.line(
                "\(id)/\(attempt.attempt) costs \(Money.decimal(nano: amount)) \(currency): "
                    + "\(Money.decimal(nano: change)) is booked as presumed_release")
        }
    }
}

import Gateway
import JSON

extension Command {
    static let reload = Command(
        name: "reload", summary: "have the running gateway read its files anew, and wait for what it says",
        notes: [
            "All of the files are taken, or nothing changes: then the findings are shown and the exit code is 2. Warnings",
            "alone are fine. Exit code 3 when no gateway answers. A gateway that fetches prompts from another machine can",
            "take minutes; --timeout says how long to wait for its answer.",
        ],
        options: [
            .config, .database, Option("timeout", .duration, "how long to wait for the answer; 5m unless told"),
            .jsonFormat,
        ],
        examples: [
            Example("llmgw reload", "after a change of the configuration"),
            Example("llmgw reload --db /var/lib/llmgw/ledger.db", "where the configuration cannot be read from here"),
        ]
    ) { arguments, context in
        let ledger = try LedgerLocation(arguments, context).path
        let answer = try ControlSocket.send(
            "POST", "/admin/v1/reload", beside: ledger,
            waiting: arguments.milliseconds("timeout").map { Duration.milliseconds($0) } ?? .seconds(300))
        guard let answer else {
            throw Failure(
                .failure,
                "no gateway runs on \(ledger); `llmgw serve` starts one, and --db names another gateway's ledger")
        }
        guard [200, 422].contains(answer.status), let body = try? JSONValue(parsing: answer.body) else {
            throw Failure(.failure, "the gateway answered \(answer.status); its log says why")
        }
        if arguments.text("format") == "json" {
            context.output.write(answer.body + [10])
        } else {
            show(body, isReplaced: answer.status == 200, context)
        }
        return answer.status == 200 ? .success : .usage
    }

    private static func show(_ body: JSONValue, isReplaced: Bool, _ context: Context) {
        let findings = (body["diagnostics"]?.arrayValue ?? []).compactMap(Diagnostic.init)
        for finding in findings { (isReplaced ? context.output : context.errors).line(finding.description) }
        let generation = body["generation"]?.stringValue ?? ""
        context.output.line(
            isReplaced
                ? "generation \(generation) serves from now on"
                : "nothing has changed; generation \(generation) serves on")
    }
}

extension Diagnostic {
    /// Reads what ``write(to:)`` has written; nil for another value.
    fileprivate init?(_ value: JSONValue) {
        guard let severity = value["severity"]?.stringValue.flatMap(Severity.init),
            let message = value["message"]?.stringValue
        else { return nil }
        self.init(
            severity: severity, file: value["file"]?.stringValue ?? "", line: Int(value["line"]?.integerValue ?? 0),
            column: Int(value["column"]?.integerValue ?? 0), message: message)
    }
}

import Admin
import Gateway
import JSON
import Prompts

extension Command {
    static let promptsSync = Command(
        name: "prompts sync", summary: "serve the prompts as they are in git now",
        notes: [
            "Asks the running gateway, and shows which versions and labels are new. Without a gateway nothing changes:",
            "it says what one would serve. Exit code 1 when the prompts cannot be served: those before serve on.",
        ],
        options: [.jsonFormat, .config],
        examples: [
            Example("llmgw prompts sync", "after a push, without waiting for prompts.sync_every"),
            Example("llmgw prompts sync --format json", "for a pipeline"),
        ]
    ) { arguments, context in
        let configuration = try LedgerLocation.configuration(arguments, context)
        let answer = try ControlSocket.send("POST", "/admin/v1/prompts/sync", beside: configuration.ledger.path)
        let isJSON = arguments.text("format") == "json"
        guard let answer else { return try withoutGateway(arguments, context, isJSON: isJSON) }
        guard answer.status == 200 || answer.status == 422, let body = try? JSONValue(parsing: answer.body) else {
            throw Failure(.failure, "the gateway answered \(answer.status); its log says why")
        }
        if isJSON {
            context.output.write(answer.body + [10])
        } else {
            for line in lines(body) { context.output.line(line) }
        }
        return answer.status == 200 ? .success : .findings
    }

    private static func lines(_ body: JSONValue) -> [String] {
        func text(_ value: JSONValue, _ name: String) -> String? { value[name]?.stringValue }
        var lines = (body["versions"]?.arrayValue ?? []).map { version in
            let commit = text(version, "commit").map { ", commit \($0.prefix(12))" } ?? ""
            let author = text(version, "author").map { " by \($0)" } ?? ""
            let draft = version["released"] == .bool(true) ? "" : ", a draft"
            return "+ \(text(version, "name") ?? "") \(text(version, "version") ?? "without version")"
                + " sha256:\((text(version, "digest") ?? "").prefix(12))\(commit)\(author)\(draft)"
        }
        lines += (body["labels"]?.arrayValue ?? []).map { move in
            "\(text(move, "name") ?? "")@\(text(move, "label") ?? ""): \(text(move, "before") ?? "none")"
                + " → \(text(move, "after") ?? "none")"
        }
        lines += (body["diagnostics"]?.arrayValue ?? []).map { finding in
            let line = finding["line"]?.integerValue ?? 0
            let place = line > 0 ? ":\(line):\(finding["column"]?.integerValue ?? 0)" : ""
            return "\(text(finding, "file") ?? "")\(place): \(text(finding, "severity") ?? ""): "
                + (text(finding, "message") ?? "")
        }
        let generation = "generation \(text(body, "generation") ?? "")"
        let commit = text(body, "commit").map { ", commit \($0.prefix(12))" } ?? ""
        switch text(body, "result") {
        case "changed": lines.append("\(generation)\(commit) serves from now on")
        case "unchanged": lines.append("nothing has changed; \(generation)\(commit) serves on")
        default: lines.append("the prompts cannot be served as they are; \(generation)\(commit) serves on")
        }
        return lines
    }

    private static func withoutGateway(
        _ arguments: Arguments, _ context: Context, isJSON: Bool
    ) throws -> ExitCode {
        let (location, diagnostics) = try PromptLocation.load(arguments, context, fetching: true)
        let library = location?.library
        if isJSON {
            var body = JSONWriter()
            body.beginObject()
            body.member("result", library == nil ? "failed" : "dry_run")
            body.member("commit", library?.commit)
            body.member("prompts", library?.names.count ?? 0)
            body.member("versions", library?.released.count ?? 0)
            body.name("diagnostics")
            body.beginArray()
            for finding in diagnostics { finding.write(to: &body) }
            body.endArray()
            body.endObject()
            context.output.write(body.bytes + [10])
        } else {
            for finding in diagnostics { context.output.line(finding.description) }
            let commit = library?.commit.map { " of commit \($0.prefix(12))" } ?? ""
            context.output.line(
                library.map {
                    "no gateway runs; one would serve \($0.names.count) prompts with \($0.released.count) versions\(commit)"
                } ?? "no gateway runs, and none would serve these prompts")
        }
        return library == nil ? .findings : .success
    }
}

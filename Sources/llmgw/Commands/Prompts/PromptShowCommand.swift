import CivilTime
import JSON
import Prompts

extension Command {
    static let promptsShow = Command(
        name: "prompts show", summary: "one version of a prompt: what it declares, its files, where it came from",
        notes: ["A name alone is the file on disk; name@3.1.0, name@production and the others are as in calls."],
        operands: [.required("NAME[@SEL]")],
        options: [
            Option("source", .flag, "the text alone, with its partials in the place of their tags"), .jsonFormat,
            .prompts, .config,
        ],
        examples: [
            Example("llmgw prompts show support-reply", "the file on disk"),
            Example("llmgw prompts show support-reply@production", "what runs"),
            Example("llmgw prompts show support-reply@3.0.0 --source", "an old text"),
        ]
    ) { arguments, context in
        let desk = try PromptDesk(arguments, context)
        let facts = try desk.facts(arguments.operands[0], context)
        if arguments.has("source") {
            context.output.write(desk.workspace.library.flatSource(of: facts.digest) ?? [])
            return .success
        }
        let record = desk.workspace.library.versions(of: facts.name).first { $0.digest == facts.digest }
        let page = PromptPage(facts, record)
        if arguments.text("format") == "json" {
            context.output.write(page.json.serialized() + [10])
        } else {
            context.output.write(page.text(Paint(context), path: desk.shown))
        }
        return .success
    }
}

/// What `prompts show` says of one version.
struct PromptPage {
    private let facts: PromptFacts
    private let record: PromptVersionRecord?

    init(_ facts: PromptFacts, _ record: PromptVersionRecord?) {
        self.facts = facts
        self.record = record
    }

    /// - Parameter path: how a path that begins with `prompts/` is called from here.
    func text(_ paint: Paint, path: (String) -> String) -> String {
        var rows: [(String, String)] = [
            ("digest", "sha256:" + facts.digest), ("labels", labels), ("description", facts.description ?? ""),
            ("model", facts.model ?? ""), ("owner", facts.owner ?? ""),
        ]
        rows += facts.parameters.map { ($0.name, PromptPage.short($0.value)) }
        if let origin = record?.origin {
            rows += [
                ("commit", origin.commit.id), ("author", origin.commit.author),
                ("date", Timestamp.format(origin.commit.date * 1_000)), ("blob", origin.blob),
            ]
        } else {
            rows.append(("commit", "none yet"))
        }
        let width = rows.map(\.0.count).max() ?? 0
        var text = paint.text("\(facts.name) \(facts.version ?? "without a version")", .bold) + standing + "\n"
        for (name, value) in rows where !value.isEmpty {
            text += "  \(name)\(String(repeating: " ", count: width - name.count))  \(Paint.printable(value))\n"
        }
        text += "variables\n" + (facts.variables.isEmpty ? "  none\n" : facts.variables.map(PromptPage.line).joined())
        return text + "files\n" + facts.files.map { "  \(path($0.path)), \($0.bytes.count) bytes\n" }.joined()
    }

    /// Of the released versions, nothing is said.
    private var standing: String {
        record?.isReleased == true || facts.version == nil ? "" : ", a draft: another text has this number"
    }

    private var labels: String { record?.labels.joined(separator: ", ") ?? "" }

    private static func line(_ variable: PromptFacts.Variable) -> String {
        let initial = variable.initial.map { ", else \(short($0))" }
        let need = variable.isRequired ? "" : initial ?? ", optional"
        return "  \(variable.name): \(variable.type)\(need)\n"
    }

    private static func short(_ value: JSONValue) -> String {
        let text = value.stringValue ?? String(decoding: value.serialized(), as: UTF8.self)
        return text.count > 100 ? text.prefix(99) + "…" : text
    }

    var json: JSONValue {
        func text(_ value: String?) -> JSONValue { value.map(JSONValue.string) ?? .null }
        let origin: JSONValue =
            record?.origin.map { origin in
                .object([
                    JSONMember("commit", .string(origin.commit.id)),
                    JSONMember("author", .string(origin.commit.author)),
                    JSONMember("date", .string(Timestamp.format(origin.commit.date * 1_000))),
                    JSONMember("path", .string(origin.path)), JSONMember("blob", .string(origin.blob)),
                ])
            } ?? .null
        return .object([
            JSONMember("name", .string(facts.name)), JSONMember("version", text(facts.version)),
            JSONMember("digest", .string(facts.digest)), JSONMember("released", .bool(record?.isReleased ?? false)),
            JSONMember("labels", .array((record?.labels ?? []).map(JSONValue.string))),
            JSONMember("description", text(facts.description)), JSONMember("model", text(facts.model)),
            JSONMember("owner", text(facts.owner)), JSONMember("parameters", .object(facts.parameters)),
            JSONMember(
                "variables",
                .array(
                    facts.variables.map { variable in
                        .object([
                            JSONMember("name", .string(variable.name)), JSONMember("type", .string(variable.type)),
                            JSONMember("required", .bool(variable.isRequired)),
                            JSONMember("default", variable.initial ?? .null),
                        ])
                    })),
            JSONMember("origin", origin),
            JSONMember(
                "files",
                .array(
                    facts.files.map { file in
                        .object([
                            JSONMember("path", .string(file.path)), JSONMember("bytes", .integer(file.bytes.count)),
                        ])
                    })),
        ])
    }
}

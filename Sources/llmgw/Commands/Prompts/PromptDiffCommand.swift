import Inference
import JSON
import Prompts

extension Command {
    static let promptsDiff = Command(
        name: "prompts diff", summary: "what differs between two versions: their texts, or what they make of one input",
        notes: [
            "A and B are what stands behind the @ of a selector: 3.1.0, production, git:e83c516, worktree.",
            "Without them: production and the file on disk. With one: that and the file on disk.",
            "Partials stand in the place of their tags; schemas and tools follow as files of their own.",
        ],
        operands: [.required("NAME"), .optional("A"), .optional("B")],
        options: [
            Option("rendered", .flag, "compare the rendered requests"),
            Option("vars", .text("FILE"), "with --rendered: a JSON object of the variables; - is standard input"),
            Option("history", .text("FILE"), "with --rendered: the messages that a caller would send along"),
            Option("exit-code", .flag, "end with 1 when there is a difference"), .prompts, .config,
        ],
        examples: [
            Example("llmgw prompts diff support-reply", "what callers would notice"),
            Example("llmgw prompts diff support-reply 3.0.0 3.1.0", "two versions"),
            Example("llmgw prompts diff support-reply --rendered --vars case.json", "what the model would see"),
        ]
    ) { arguments, context in
        guard arguments.has("rendered") || (arguments.text("vars") == nil && arguments.text("history") == nil) else {
            throw Failure.usage("--vars and --history are for --rendered; add it")
        }
        let desk = try PromptDesk(arguments, context)
        let name = arguments.operands[0]
        let words = Array(arguments.operands.dropFirst())
        let selectors = [words.first ?? "production", words.count > 1 ? words[1] : "worktree"].map {
            "\(name)@\($0.hasPrefix("@") ? String($0.dropFirst()) : $0)"
        }
        let input = arguments.has("rendered") ? try RenderInput(arguments, desk) : nil
        let lines = try PromptComparison(
            desk, try desk.resolve(selectors[0], context), try desk.resolve(selectors[1], context)
        ).lines(rendered: input)
        context.output.write(Paint(context).diff(lines))
        return lines.isEmpty || !arguments.has("exit-code") ? .success : .findings
    }
}

/// Two versions of a prompt, compared.
struct PromptComparison {
    private let library: PromptLibrary
    private let old: ResolvedPrompt
    private let new: ResolvedPrompt

    init(_ desk: PromptDesk, _ old: ResolvedPrompt, _ new: ResolvedPrompt) {
        library = desk.workspace.library
        self.old = old
        self.new = new
    }

    /// - Parameter input: what both are rendered with; nil compares their texts.
    func lines(rendered input: RenderInput?) throws(Failure) -> [TextDiff.Line] {
        if let input {
            let texts = (try PromptComparison.page(input, old), try PromptComparison.page(input, new))
            return TextDiff(texts.0, texts.1).unified(old: title(old), new: title(new))
        }
        let texts = [old, new].map { library.flatSource(of: $0.reference.digest) ?? [] }
        return TextDiff(texts[0], texts[1]).unified(old: title(old), new: title(new)) + jsonFiles()
    }

    /// `greet@1.0.0 sha256:e9933fcc6c7a`
    private func title(_ prompt: ResolvedPrompt) -> String {
        let version = prompt.reference.version.map { "@\($0)" } ?? ""
        return "\(prompt.reference.name)\(version) sha256:\(prompt.reference.digest.prefix(12))"
    }

    /// Schemas and tools.
    private func jsonFiles() -> [TextDiff.Line] {
        let files = [old, new].map { prompt in
            Dictionary(
                library.files(of: prompt.reference.digest).filter { $0.path.hasSuffix(".json") }
                    .map { ($0.path, $0.bytes) }, uniquingKeysWith: { first, _ in first })
        }
        return Set(files[0].keys).union(files[1].keys).sorted().flatMap { path in
            TextDiff(files[0][path] ?? [], files[1][path] ?? []).unified(
                old: files[0][path] == nil ? "/dev/null" : path, new: files[1][path] == nil ? "/dev/null" : path)
        }
    }

    /// A request as lines that can be compared: parameters, then each message under its role.
    private static func page(_ input: RenderInput, _ prompt: ResolvedPrompt) throws(Failure) -> String {
        let rendered = try input.render(prompt)
        var text = prompt.model.map { "model: \($0)\n" } ?? ""
        for parameter in rendered.parameters {
            text += "\(parameter.name): \(String(decoding: RenderInput.pretty(parameter.json), as: UTF8.self))\n"
        }
        for message in try RenderInput.json(rendered.messages, "the messages").arrayValue ?? [] {
            let content = message["content"]
            let body = content?.stringValue ?? content.map { String(decoding: $0.serialized(), as: UTF8.self) } ?? ""
            text += "\n[\(message["role"]?.stringValue ?? "")]\n\(body)\n"
        }
        return text
    }
}

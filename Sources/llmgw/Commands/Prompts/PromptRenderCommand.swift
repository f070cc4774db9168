import Glibc
import Inference
import JSON
import Prompts

extension Command {
    static let promptsRender = Command(
        name: "prompts render", summary: "the messages that a prompt makes of variables; no model is called",
        notes: [
            "A name alone is the file on disk. FILE is a JSON object of the variables; - is standard input.",
            "--sent-to writes the bytes that a target gets, without a line break: 'llmgw requests ID' shows their SHA-256.",
        ],
        operands: [.required("NAME[@SEL]")],
        options: [
            Option("vars", .text("FILE"), "the variables; none unless told"),
            Option(
                "var", .text("NAME=VALUE"),
                "one of them, in place of FILE's; may be given again. JSON where no text is due",
                repeats: true),
            Option("history", .text("FILE"), "a JSON array: the messages that a caller would send along"),
            Option("request", .flag, "the whole request: model, messages and parameters"),
            Option("sent-to", .text("PROVIDER/MODEL"), "the bytes of the body that this target gets"),
            Option("body", .file, "for --sent-to: all that the application sent; replaces --vars and --history"),
            Option("endpoint", .choice(["/v1/chat/completions", "/v1/responses"]), "for --sent-to: what it called"),
            Option("max-tokens", .integer(1...1_000_000_000), "for --sent-to: the limit as in 'llmgw requests ID'"),
            .prompts, .config,
        ],
        examples: [
            Example("llmgw prompts render hello --var name=Ada", "the file on disk"),
            Example("llmgw prompts render support-reply --vars case.json", "with variables from a file"),
            Example("echo '{\"name\": \"Ada\"}' | llmgw prompts render hello@production --vars -", "what runs"),
            Example("llmgw prompts render hello@1.1.0 --sent-to sim/sim-small --body call.json", "what was sent"),
        ]
    ) { arguments, context in
        let desk = try PromptDesk(arguments, context)
        let prompt = try desk.resolve(arguments.operands[0], context)
        if let target = arguments.text("sent-to") {
            guard !arguments.has("var") else {
                throw Failure.usage(
                    "--var: --sent-to makes the bytes of one call again; give its variables with --vars FILE")
            }
            context.output.write(try SentRequest(target, arguments, desk).bytes(of: prompt))
            return .success
        }
        try SentRequest.requireNone(arguments)
        let input = try RenderInput(arguments, desk)
        let rendered = try input.render(prompt)
        guard arguments.has("request") else {
            context.output.write(RenderInput.pretty(rendered.messages) + [10])
            return .success
        }
        var members = prompt.model.map { [JSONMember("model", .string($0))] } ?? []
        members.append(JSONMember("messages", try RenderInput.json(rendered.messages, "the messages")))
        members += rendered.parameters.map { JSONMember($0.name, $0.value) }
        context.output.write(RenderInput.pretty(JSONValue.object(members).serialized()) + [10])
        return .success
    }
}

/// What a prompt is rendered with, read from files.
struct RenderInput {
    private let variables: JSONValue?
    /// Given one by one, by name.
    private let single: [(name: String, text: String)]
    private let history: PromptHistory
    private let mediaHosts: [String]?

    init(_ arguments: Arguments, _ desk: PromptDesk) throws(Failure) {
        guard arguments.text("vars") != "-" || arguments.text("history") != "-" else {
            throw .usage("--vars and --history cannot both be read from standard input")
        }
        variables = try arguments.text("vars").map { (path) throws(Failure) in
            try RenderInput.json(try RenderInput.read(path), path)
        }
        single = try arguments.texts("var").map { (text) throws(Failure) in try RenderInput.pair(text) }
        history =
            try arguments.text("history").map { (path) throws(Failure) in
                try RenderInput.history(try RenderInput.read(path), path)
            } ?? PromptHistory()
        mediaHosts = desk.mediaHosts
    }

    func render(_ prompt: ResolvedPrompt) throws(Failure) -> RenderedPrompt {
        do throws(GatewayError) {
            return try prompt.render(variables: variables(of: prompt), history: history, mediaHosts: mediaHosts)
        } catch {
            throw .usage(error.message)
        }
    }

    private func variables(of prompt: ResolvedPrompt) -> JSONValue? {
        guard !single.isEmpty, var members = (variables ?? .object([])).objectValue else { return variables }
        for (name, text) in single {
            members.removeAll { $0.name == name }
            members.append(JSONMember(name, prompt.value(text, for: name)))
        }
        return .object(members)
    }

    private static func pair(_ text: String) throws(Failure) -> (name: String, text: String) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !parts[0].isEmpty else {
            throw .usage("--var: '\(text)' is not NAME=VALUE, such as name=Ada")
        }
        return (parts[0], parts[1])
    }

    /// - Parameter name: of the file, for messages.
    static func json(_ bytes: [UInt8], _ name: String) throws(Failure) -> JSONValue {
        do throws(JSONError) {
            return try JSONValue(parsing: bytes)
        } catch {
            throw .usage("\(name): is not JSON: \(error)")
        }
    }

    static func history(_ bytes: [UInt8], _ name: String) throws(Failure) -> PromptHistory {
        do {
            let document = try JSONDocument(bytes)
            return try PromptHistory(messages: document.root, of: document)
        } catch let error as GatewayError {
            throw .usage("\(name): \(error.message)")
        } catch {
            throw .usage("\(name): is not JSON: \(error)")
        }
    }

    static func read(_ path: String) throws(Failure) -> [UInt8] {
        guard let bytes = WholeFile.read(path == "-" ? "/dev/stdin" : path) else {
            throw .usage("\(path): \(String(cString: strerror(errno)))")
        }
        return bytes
    }

    /// JSON with a member a line; the text must be valid.
    static func pretty(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var depth = 0
        var (isInText, isEscaped) = (false, false)
        func breakLine() -> [UInt8] { [10] + [UInt8](repeating: 32, count: 2 * depth) }
        for (index, byte) in bytes.enumerated() {
            if isInText {
                result.append(byte)
                if isEscaped {
                    isEscaped = false
                } else if byte == 0x5C {
                    isEscaped = true
                } else if byte == 0x22 {
                    isInText = false
                }
                continue
            }
            let next = bytes[(index + 1)...].first { !" \n\t\r".utf8.contains($0) }
            switch byte {
            case 0x22: isInText = true; result.append(byte)
            case 0x7B, 0x5B:
                result.append(byte)
                depth += 1
                if next != 0x7D, next != 0x5D { result += breakLine() }
            case 0x7D, 0x5D:
                depth -= 1
                let last = result.last
                if last != 0x7B, last != 0x5B { result += breakLine() }
                result.append(byte)
            case 0x2C: result += [byte] + breakLine()
            case 0x3A: result += [byte, 32]
            case 0x20, 0x0A, 0x0D, 0x09: break
            default: result.append(byte)
            }
        }
        return result
    }
}

import Evaluation
import Inference
import JSON
import Prompts

extension Command {
    static let promptsTest = Command(
        name: "prompts test", summary: "render every row of the datasets and check what they say of the messages",
        notes: [
            "The rows are those of the gate files, evals/*.eval.yaml, with the texts on disk. It checks that the variables",
            "fit, the assertions render-*, and that models and judges which the gates name are there. No model is called, and",
            "it costs nothing: `llmgw eval` does the rest.",
        ],
        operands: [.optional("NAME")],
        options: [Option("format", .choice(["text", "json", "junit"]), "text unless told"), .prompts, .config],
        examples: [
            Example("llmgw prompts test", "all prompts that have a gate"),
            Example("llmgw prompts test support-reply", "one"),
        ]
    ) { arguments, context in
        let desk = try PromptDesk(arguments, context)
        let name = arguments.operands.first
        let gates = try desk.gateFiles().filter { name == nil || $0.gate.prompt == name }
        guard !gates.isEmpty else {
            let about = name.map { " of '\($0)'" } ?? ""
            throw Failure.usage(
                "there is no gate file\(about); \(desk.shown("prompts/evals/"))NAME.eval.yaml would be one")
        }
        let results = try gates.flatMap { gate in try RenderTrial(gate, desk, context).results() }
        switch arguments.text("format") {
        case "json": context.output.write(RenderTrial.json(results).serialized() + [10])
        case "junit": context.output.write(JUnitCase.document("llmgw prompts test", results.map(\.junit)))
        default: context.output.write(RenderTrial.text(results, Paint(context)))
        }
        guard results.allSatisfy(\.faults.isEmpty) else { return .findings }
        desk.noteUncheckedModels(context)
        return .success
    }
}

/// The rows of one dataset, rendered with the prompt as it is on disk.
struct RenderTrial {
    /// One row.
    struct Result {
        let prompt: String
        let file: String
        let line: Int
        let id: String
        let description: String?
        /// Assertions about the messages.
        let checks: Int
        let faults: [String]
        /// False for what the gate names, which belongs to no row.
        var isRow = true

        /// Two gates may share a dataset, so the prompt is in the name.
        var junit: JUnitCase {
            JUnitCase(
                name: "\(prompt) \(id)\(description.map { " \($0)" } ?? "")", className: prompt, file: file,
                failures: faults)
        }
    }

    private let files: EvaluationFiles
    private let prompt: ResolvedPrompt
    private let mediaHosts: [String]?
    private let references: GateReferences

    init(_ files: EvaluationFiles, _ desk: PromptDesk, _ context: Context) throws(Failure) {
        self.files = files
        prompt = try desk.resolve(files.gate.prompt, context)
        mediaHosts = desk.mediaHosts
        references = GateReferences(desk.workspace.library, desk.models, checksPrompts: true)
    }

    func results() -> [Result] {
        let missing = references.faults(of: files).map { fault in
            Result(
                prompt: files.gate.prompt, file: fault.file, line: fault.line, id: "references", description: nil,
                checks: 0, faults: [fault.message], isRow: false)
        }
        return missing + rows
    }

    private var rows: [Result] {
        files.dataset.cases.map { row in
            let assertions = (files.gate.defaults + row.assertions).filter(\.isOfRendering)
            return Result(
                prompt: files.gate.prompt, file: files.dataset.file, line: row.line, id: row.id,
                description: row.description, checks: assertions.count, faults: faults(of: row, assertions))
        }
    }

    private func faults(of row: EvaluationCase, _ assertions: [Assertion]) -> [String] {
        do {
            let history = try RenderInput.history(JSONValue.array(row.messages).serialized(), row.id)
            let rendered = try prompt.render(variables: row.variables, history: history, mediaHosts: mediaHosts)
            let messages = try RenderInput.json(rendered.messages, row.id)
            return assertions.compactMap { assertion in
                assertion.renderFault(in: messages).map { fault in
                    fault.hasPrefix(assertion.label) ? fault : "\(assertion.label): \(fault)"
                }
            }
        } catch let error as GatewayError {
            return [error.message]
        } catch {
            return [(error as? Failure)?.message ?? "\(error)"]
        }
    }

    // MARK: Pages

    static func text(_ results: [Result], _ paint: Paint) -> String {
        var text = ""
        for result in results {
            let place = paint.text("\(result.file):\(result.line)", .bold)
            for fault in result.faults {
                text += "\(place): \(paint.text("error:", .red)) \(result.id): \(Paint.printable(fault))\n"
            }
        }
        let missing = results.count { !$0.isRow }
        let results = results.filter(\.isRow)
        let failed = results.count { !$0.faults.isEmpty }
        let prompts = Set(results.map(\.prompt)).count
        let checks = results.reduce(0) { $0 + $1.checks }
        return text
            + "\(results.count) rows of \(prompts) prompt\(prompts == 1 ? "" : "s") rendered, \(checks) assertion"
            + "\(checks == 1 ? "" : "s"), \(failed) row\(failed == 1 ? "" : "s") failed"
            + (missing == 0 ? "\n" : ", \(missing) name\(missing == 1 ? "" : "s") of gates not found\n")
    }

    static func json(_ results: [Result]) -> JSONValue {
        let rows = results.map { result in
            JSONValue.object([
                JSONMember("prompt", .string(result.prompt)), JSONMember("id", .string(result.id)),
                JSONMember("file", .string(result.file)), JSONMember("line", .integer(result.line)),
                JSONMember("assertions", .integer(result.checks)),
                JSONMember("faults", .array(result.faults.map(JSONValue.string))),
            ])
        }
        return .object([
            JSONMember("rows", .integer(results.count(where: \.isRow))),
            JSONMember("failed", .integer(results.count { !$0.faults.isEmpty })),
            JSONMember("results", .array(rows)),
        ])
    }
}

import Gateway
import Inference
import JSON
import Prompts

extension Command {
    static let promptsRollback = Command(
        name: "prompts rollback", summary: "let a label stand for what it stood for before",
        notes: [
            "The version before is read from git: what the label stood for before it first stood for what it does now.",
            "--now also turns the label in the running gateway, for the next request on, until git says the same.",
            "Exit code 3 when there is no version before, or, with --now, no gateway.",
        ],
        operands: [.required("NAME")],
        options: [
            Option("label", .text("L"), "the label; production unless told"),
            Option("now", .flag, "turn it in the running gateway as well"),
            Option("reason", .text("T"), "why; the gateway and the commit keep it"),
            Option("commit", .flag, "commit the label's file, and nothing else"), .prompts, .config,
        ],
        examples: [
            Example("llmgw prompts rollback support-reply --now --reason complaints", "in an emergency"),
            Example("llmgw prompts rollback support-reply --label staging --commit", "in git alone"),
        ]
    ) { arguments, context in
        let label = arguments.text("label") ?? "production"
        let desk = try PromptDesk(arguments, context)
        let rollback = try Rollback(desk, arguments.operands[0], label)
        if let fault = desk.models?.reason(rollback.prompt) {
            context.errors.line("warning: \(fault): calls will be refused")
            context.errors.flush()
        }
        let reason = arguments.text("reason")
        if arguments.has("now") { try rollback.turn(reason, context) }
        let move = rollback.move
        guard try move.apply(context) else {
            context.output.line("\(move.name)@\(label) is \(move.version) already")
            return .success
        }
        let text =
            "Roll \(move.name) back to \(move.version) in \(label)\n\n\(reason.map { "\($0)\n\n" } ?? "")"
            + "Before: \(rollback.current.version). Digest: sha256:\(move.digest).\n"
        try move.commit(text, isWanted: arguments.has("commit"), context)
        return .success
    }
}

/// The way back from what a label stands for.
struct Rollback {
    let move: LabelMove
    /// What it stands for now.
    let current: PromptLabelMove.Target
    /// The version to which it leads.
    let prompt: ResolvedPrompt

    init(_ desk: PromptDesk, _ name: String, _ label: String) throws(Failure) {
        let library = desk.workspace.library
        guard library.names.contains(name) else {
            throw .usage("there is no prompt '\(name)'\(Guess.text(for: name, among: library.names))")
        }
        guard let current = LabelMove.current(name, label, desk) else {
            throw Failure(.failure, "label '\(label)' names no version of '\(name)', so there is none before it")
        }
        guard let before = Rollback.before(current, library.labelMoves(of: name).filter { $0.label == label }) else {
            throw Failure(
                .failure,
                "'\(name)@\(label)' was \(current.version) from the beginning, as far as git knows: there is none before"
            )
        }
        let selector = "\(name)@\(before.version)"
        guard let record = try? library.version(selector), record.digest.hasPrefix(before.digest),
            let prompt = try? library.resolve(selector)
        else {
            throw Failure(
                .failure,
                "'\(name)@\(label)' was \(before.version) sha256:\(before.digest) before, and git has no such text")
        }
        (self.current, self.prompt) = (current, prompt)
        move = LabelMove(desk: desk, name: name, label: label, version: before.version, digest: record.digest)
    }

    /// What the label stood for before it first stood for `current`: so that the way leads back at each step, and never
    /// forward again.
    ///
    /// - Parameter moves: of the one label, the newest first.
    private static func before(
        _ current: PromptLabelMove.Target, _ moves: [PromptLabelMove]
    ) -> PromptLabelMove.Target? {
        let first = moves.last { $0.after?.version == current.version }
        // What is on disk and in no commit is taken back to the last commit.
        return first.map(\.before) ?? moves.first?.after
    }

    /// Turns the label in the running gateway.
    func turn(_ reason: String?, _ context: Context) throws(Failure) {
        guard let ledger = move.desk.configuration?.ledger.path else {
            throw .usage("--now needs the gateway's configuration; name it with --config")
        }
        let body = JSONValue.object([
            JSONMember("name", .string(move.name)), JSONMember("label", .string(move.label)),
            JSONMember("version", .string(move.version)),
            JSONMember("reason", .string(reason ?? "rolled back from \(current.version)")),
        ]).serialized()
        guard let answer = try ControlSocket.send("POST", "/admin/v1/prompts/overrides", body: body, beside: ledger)
        else {
            throw Failure(
                .failure, "--now: no gateway runs beside \(ledger); without --now the label's file is changed")
        }
        guard answer.status == 201 else {
            let message = (try? JSONValue(parsing: answer.body))?["error"]?["message"]?.stringValue
            throw Failure(.failure, "--now: the gateway refused: \(message ?? "status \(answer.status)")")
        }
        context.output.line(
            "\(move.name)@\(move.label) is \(move.version) in the running gateway, from the next request on")
        context.output.flush()
    }
}

import Evaluation
import Inference
import Prompts

extension Command {
    static let promptsPromote = Command(
        name: "prompts promote", summary: "let a label stand for a version: edits one line of the label's file",
        notes: [
            "A prompt that has a gate, evals/*.eval.yaml, needs a passing record of each for this very text: `llmgw eval` writes",
            "it. --force goes without, and wants a reason, which the commit keeps. VERSION is 3.1.0, sha256:… or worktree.",
        ],
        operands: [.required("NAME"), .required("VERSION")],
        options: [
            Option("to", .text("LABEL"), "the label, such as production; always needed, and a new one gets its file"),
            Option("commit", .flag, "commit the label's file, and nothing else"),
            Option("force", .flag, "without a passing record"), Option("reason", .text("T"), "why; with --force"),
            .prompts, .config,
        ],
        examples: [
            Example("llmgw prompts promote support-reply 3.2.0 --to staging --commit", "try it there first"),
            Example("llmgw prompts promote support-reply 3.2.0 --to production", "then review and merge the change"),
        ]
    ) { arguments, context in
        guard let label = arguments.text("to") else {
            throw Failure.usage("prompts promote needs --to LABEL, such as --to production")
        }
        guard arguments.has("force") == (arguments.text("reason") != nil) else {
            throw Failure.usage("--force and --reason belong together: write --force --reason \"why\"")
        }
        let desk = try PromptDesk(arguments, context)
        let promotion = try Promotion(desk, arguments.operands[0], arguments.operands[1], context)
        try promotion.requireModel(isForced: arguments.has("force"), context)
        try promotion.requireRecord(isForced: arguments.has("force"), context)
        if arguments.has("commit") { try promotion.requireCommitted() }
        let move = promotion.move(to: label)
        let before = LabelMove.current(move.name, label, desk)
        guard try move.apply(context) else {
            context.output.line("\(move.name)@\(label) is \(move.version) already")
            return .success
        }
        let reason = arguments.text("reason").map { "\n\nPromoted without a passing evaluation: \($0)" } ?? ""
        let text =
            "Promote \(move.name) \(move.version) to \(label)\n\nBefore: \(before?.version ?? "none")."
            + " Digest: sha256:\(move.digest).\(reason)\n"
        try move.commit(text, isWanted: arguments.has("commit"), context)
        return .success
    }
}

/// A version that is about to be promoted.
struct Promotion {
    private let desk: PromptDesk
    private let record: PromptVersionRecord
    private let version: String
    private let prompt: ResolvedPrompt

    /// - Parameter word: `3.1.0`, or what else stands behind the @ of a selector.
    init(_ desk: PromptDesk, _ name: String, _ word: String, _ context: Context) throws(Failure) {
        let selector = "\(name)@\(word.hasPrefix("@") ? String(word.dropFirst()) : word)"
        let prompt = try desk.resolve(selector, context)
        let digest = prompt.reference.digest
        guard let record = desk.workspace.library.versions(of: name).first(where: { $0.digest == digest }) else {
            throw .usage("'\(selector)' is not known")
        }
        guard let version = record.version else {
            throw .usage("'\(name)' has no version there, and a label names one; write 'version: 1.0.0' into the file")
        }
        guard record.isReleased else {
            throw .usage(
                "'\(name)' \(version) is another text already, and a version never changes its text;"
                    + " `llmgw prompts bump \(name)` raises it")
        }
        (self.desk, self.record, self.version, self.prompt) = (desk, record, version, prompt)
    }

    func move(to label: String) -> LabelMove {
        LabelMove(desk: desk, name: record.name, label: label, version: version, digest: record.digest)
    }

    /// A label of a text that no commit has would stop the gateway from taking the commit.
    func requireCommitted() throws(Failure) {
        guard desk.workspace.top != nil else {
            throw .usage("--commit: \(desk.shown("prompts/")) is in no git repository")
        }
        guard record.origin == nil else { return }
        throw Failure(
            .findings,
            "'\(record.name)' \(version) is in no commit yet; commit \(desk.shown("prompts/\(record.name).prompt")) first"
        )
    }

    /// Refuses a text whose calls nobody would answer. Without a configuration that cannot be told.
    func requireModel(isForced: Bool, _ context: Context) throws(Failure) {
        guard let models = desk.models else {
            if prompt.model != nil { desk.noteUncheckedModels(context) }
            return
        }
        guard let reason = models.reason(prompt) else { return }
        guard !isForced else { return note("forced: \(reason)", context) }
        throw Failure(.findings, "\(reason); mend 'model:', or use --force --reason \"why\"")
    }

    /// Refuses a text that has not passed its gate.
    func requireRecord(isForced: Bool, _ context: Context) throws(Failure) {
        let gates = try desk.gateFiles().filter { $0.gate.prompt == record.name }
        guard !gates.isEmpty else {
            return note(
                "'\(record.name)' has no gate, so nothing says that \(version) is good; evals/ would have it", context)
        }
        let findings = try gates.map { (gate) throws(Failure) in try missing(gate) }
        guard let finding = findings.lazy.compactMap(\.self).first else { return }
        guard !isForced else { return note("forced: \(finding)", context) }
        throw Failure(
            .findings,
            "\(finding); run `llmgw eval \(gates.map(\.gate.file).joined(separator: " ")) --selector @\(version)`, or"
                + " use --force --reason \"why\"")
    }

    /// What one gate is missing; nil when it has a passing record, with its cases, of this very text.
    private func missing(_ files: EvaluationFiles) throws(Failure) -> String? {
        let title = "\(files.gate.file): '\(record.name)' \(version) (sha256:\(record.digest.prefix(12)))"
        guard let found = try evaluation(files) else { return "\(title) has no record of an evaluation" }
        guard !found.isOffline else { return "\(title) was evaluated with simulated models alone" }
        guard found.passed else { return "\(title) failed its gate on \(found.date.prefix(10))" }
        guard files.gate.digest == found.gateDigest else {
            return "\(title) passed a gate that has changed since"
        }
        guard files.dataset.digest == found.datasetDigest else {
            return "\(title) passed with a dataset that has changed since"
        }
        return nil
    }

    private func evaluation(_ files: EvaluationFiles) throws(Failure) -> EvaluationRecord? {
        do throws(EvaluationFaults) {
            return try EvaluationRecord.find(
                prompts: desk.workspace.folder, prompt: record.name, version: version, digest: record.digest,
                gate: files.place)
        } catch {
            throw .usage(error.description)
        }
    }

    private func note(_ text: String, _ context: Context) {
        context.errors.line("warning: \(text)")
        context.errors.flush()
    }
}

extension PromptDesk {
    /// All gates of the folder, each with its dataset.
    func gateFiles() throws(Failure) -> [EvaluationFiles] {
        try EvaluationFiles.gatePaths(workspace.folder).map { (path) throws(Failure) in try EvaluationFiles(path) }
    }
}

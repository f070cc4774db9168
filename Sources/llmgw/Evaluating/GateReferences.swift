import Evaluation
import Gateway
import Inference
import Prompts

/// Finds what a gate names and nobody has: its prompt, its judges, and the models of all of them.
struct GateReferences {
    private let library: PromptLibrary
    private let models: ModelCheck?
    private let checksPrompts: Bool

    /// - Parameters:
    ///   - library: the prompts that the gate's are looked up in.
    ///   - models: nil without a configuration; then models are not checked.
    ///   - checksPrompts: whether the models of the gate's prompt and judges are checked too, or somebody else does that.
    init(_ library: PromptLibrary, _ models: ModelCheck?, checksPrompts: Bool) {
        (self.library, self.models, self.checksPrompts) = (library, models, checksPrompts)
    }

    /// Each with its file and line; a judge or model that many cases name is told once.
    ///
    /// - Parameter selector: the version of the prompt that is looked at.
    func faults(of files: EvaluationFiles, selector: String = "@worktree") -> [EvaluationFault] {
        let gate = files.gate
        var faults: [EvaluationFault] = []
        func note(_ key: String, _ problem: String?) {
            guard let problem else { return }
            faults.append(EvaluationFault(gate.file, line: gate.lines[key] ?? 0, "\(key): \(problem)"))
        }
        // With models of its own the gate does not ask the prompt's.
        note("prompt", problem(ofPrompt: gate.prompt + selector, isAsked: gate.models.isEmpty))
        for model in gate.models { note("models", models?.reason(model: model)) }
        var told: Set<String> = []
        for assertion in gate.defaults {
            if let problem = problem(of: assertion), told.insert(problem).inserted { note("default_assert", problem) }
        }
        for row in files.dataset.cases {
            for assertion in row.assertions {
                guard let problem = problem(of: assertion), told.insert(problem).inserted else { continue }
                faults.append(
                    EvaluationFault(
                        files.dataset.file, line: row.line, "case '\(row.id)': \(assertion.label): \(problem)")
                )
            }
        }
        return faults
    }

    private func problem(of assertion: Assertion) -> String? {
        switch assertion.test {
        case .judge(let call), .pairwise(let call, _): problem(ofPrompt: call.prompt, isAsked: true)
        case .similar(_, let model, _): models?.reason(model: model)
        default: nil
        }
    }

    private func problem(ofPrompt selector: String, isAsked: Bool) -> String? {
        do throws(GatewayError) {
            let prompt = try library.resolve(selector)
            return checksPrompts && isAsked ? models?.reason(prompt) : nil
        } catch {
            return error.message
        }
    }
}

extension GateReferences {
    /// What all gates of a configuration name and nobody has, where its folder of prompts is on this machine.
    static func findings(in configuration: Configuration) -> [Diagnostic] {
        let prompts = configuration.prompts
        guard prompts.bundle == nil, prompts.repository.map(GitMirror.isRemote) != true, let folder = prompts.path
        else {
            return []
        }
        let paths = EvaluationFiles.gatePaths(folder)
        guard !paths.isEmpty, let workspace = try? PromptWorkspace(folder: folder) else { return [] }
        let references = GateReferences(
            workspace.library, ModelCheck(among: Set(configuration.models.keys)), checksPrompts: true)
        return paths.flatMap { path -> [Diagnostic] in
            do throws(Failure) {
                return references.faults(of: try EvaluationFiles(path)).map { fault in
                    Diagnostic(
                        severity: .error, file: fault.file, line: fault.line, column: fault.line > 0 ? 1 : 0,
                        message: fault.message)
                }
            } catch {
                return [Diagnostic(severity: .warning, file: path, line: 0, column: 0, message: error.message)]
            }
        }
    }
}

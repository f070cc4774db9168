/// Finds prompts whose `model` the configuration does not have: each call of one would be refused.
package struct ModelCheck: Sendable {
    private let models: Set<String>

    /// - Parameter models: the names that the configuration gives to models.
    package init(among models: Set<String>) {
        self.models = models
    }

    /// What is wrong with the versions that callers get: those of now, and those that labels stand for.
    ///
    /// A version that only its number, digest or commit finds is its callers' business: what it names may be gone for good.
    package func findings(in library: PromptLibrary) -> [PromptDiagnostic] {
        findings(in: library, now: Array(library.latest.values))
    }

    /// The same with the texts on disk as those of now.
    package func findings(in workspace: PromptWorkspace) -> [PromptDiagnostic] {
        findings(in: workspace.library, now: Array(workspace.prompts.values))
    }

    private func findings(in library: PromptLibrary, now prompts: [CompiledPrompt]) -> [PromptDiagnostic] {
        let digests = Set(prompts.map(\.digest))
        let labelled = library.labelledPrompts.filter { !digests.contains($0.prompt.digest) }.map {
            finding(in: $0.prompt, about: "\($0.prompt.version ?? ""), which label '\($0.label)' stands for, ")
        }
        return (prompts.map { finding(in: $0, about: "") } + labelled).compactMap(\.self).sorted {
            ($0.file, $0.line, $0.message) < ($1.file, $1.line, $1.message)
        }
    }

    private func finding(in prompt: CompiledPrompt, about version: String) -> PromptDiagnostic? {
        guard let model = prompt.frontMatter.model, !models.contains(model) else { return nil }
        let names = version.isEmpty ? "" : "\(version)names it: "
        return Fault(
            .model,
            "\(names)the configuration has no model '\(model)'\(Suggestion.text(for: model, among: models)); calls of the"
                + " prompt would be refused", at: prompt.frontMatter.modelPlace
        ).diagnostic(in: prompt.path)
    }

    /// Why calls of one version would be refused; nil when they would not be.
    package func reason(_ prompt: ResolvedPrompt) -> String? {
        guard let model = prompt.model, !models.contains(model) else { return nil }
        return "\(prompt.title) names the model '\(model)', which the configuration does not have"
            + Suggestion.text(for: model, among: models)
    }

    /// Why something else that names a model, such as a gate, cannot have it; nil when it can.
    package func reason(model: String) -> String? {
        guard !models.contains(model) else { return nil }
        return "the configuration has no model '\(model)'\(Suggestion.text(for: model, among: models))"
    }
}

extension PromptLibrary {
    /// What each label stands for: what it was turned to, else what its file says; what is not there is left out.
    fileprivate var labelledPrompts: [(label: String, prompt: CompiledPrompt)] {
        let kept = labels.flatMap { label, targets in
            targets.compactMap { name, target -> (label: String, prompt: CompiledPrompt)? in
                guard !overrides.contains(where: { $0.name == name && $0.label == label }) else { return nil }
                return catalog.prompt(name, version: target.version).map { (label, $0) }
            }
        }
        let turned = overrides.compactMap { override in
            catalog.prompts(override.name, digest: override.digest).first.map { (override.label, $0) }
        }
        return kept + turned
    }
}

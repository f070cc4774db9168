package import Inference

extension PromptLibrary {
    /// The names of all prompts that are or ever were, sorted.
    package var names: [String] { catalog.entries.keys.sorted() }

    /// Every version of a prompt, the newest first; drafts among them. Empty when there is no such prompt.
    package func versions(of name: String) -> [PromptVersionRecord] {
        (catalog.entries[name]?.digests ?? []).reversed().compactMap { catalog.prompts[$0] }.map(record)
    }

    /// The version that a selector stands for, with where it came from. Errors: those of ``resolve(_:)``.
    package func version(_ selector: String) throws(GatewayError) -> PromptVersionRecord {
        record(of: try resolve(selector))
    }

    /// The moves of labels of one prompt, the newest first.
    package func labelMoves(of name: String) -> [PromptLabelMove] {
        labelMoves.filter { $0.name == name }
    }

    /// The labels that name this prompt, sorted, each with what it stands for.
    package func labels(of name: String) -> [(label: String, target: PromptLabelMove.Target)] {
        labels.sorted { $0.key < $1.key }.compactMap { label, targets in
            targets[name].map { (label, PromptLabelMove.Target($0)) }
        }
    }

    /// All labels, sorted.
    package var allLabels: [String] { labels.keys.sorted() }

    /// The files of a version, sorted by path; the paths begin with `prompts/`.
    ///
    /// - Parameter digest: all 64 digits.
    package func files(of digest: String) -> [PromptSourceFile] {
        (catalog.prompts[digest]?.files ?? [:]).sorted { $0.key < $1.key }.map {
            PromptSourceFile(path: $0.key, bytes: $0.value)
        }
    }

    /// What decides how calls are answered, a line each: two libraries with the same lines serve alike.
    package var identity: [String] {
        let texts = latest.values.map { "\($0.name) \($0.digest)" }
        let targets = labels.flatMap { label, targets in
            targets.map { "\(label) \($0.key) \($0.value.version) \($0.value.digest)" }
        }
        let turned = overrides.map { "\($0.label) \($0.name) override \($0.digest)" }
        return texts.sorted() + targets.sorted() + turned.sorted()
    }

    /// Whether a label's file itself says what an override says.
    package func agrees(with override: PromptOverride) -> Bool {
        guard let target = labels[override.label]?[override.name] else { return false }
        return target.version == override.version && override.digest.hasPrefix(target.digest)
    }

    /// What the registry shall remember: every released version that has a number.
    package var released: [PromptVersionRecord] {
        names.flatMap { versions(of: $0) }.filter(\.isReleased)
    }

    private func record(of prompt: ResolvedPrompt) -> PromptVersionRecord {
        catalog.prompts[prompt.reference.digest].map(record)
            ?? PromptVersionRecord(
                name: prompt.reference.name, version: prompt.reference.version, digest: prompt.reference.digest,
                isReleased: false)
    }

    private func record(_ prompt: CompiledPrompt) -> PromptVersionRecord {
        let isReleased = prompt.version.map { catalog.entries[prompt.name]?.released[$0] == prompt.digest } ?? false
        return PromptVersionRecord(
            name: prompt.name, version: prompt.version, digest: prompt.digest, origin: catalog.origins[prompt.digest],
            isReleased: isReleased, labels: isReleased ? labelNames(of: prompt.name, prompt.version, prompt.digest) : []
        )
    }
}

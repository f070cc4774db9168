/// All prompts of one generation, compiled, with their labels.
package struct PromptLibrary: Sendable {
    /// What `GET /v1/prompts` lists.
    package struct Entry: Sendable, Equatable {
        /// `support-reply`, or `support-reply.terse` for a variant.
        package var name: String
        package var version: String?
        /// 64 hexadecimal digits.
        package var digest: String
        package var description: String?
        package var model: String?
        /// The labels that stand for this version of it, sorted.
        package var labels: [String]
    }

    /// Sorted by name.
    package let entries: [Entry]
    /// What `check` reports and `serve` accepts.
    package let warnings: [PromptDiagnostic]

    let prompts: [String: CompiledPrompt]
    let labels: [String: [String: PromptLabel.Target]]
    let commit: String?
    let allowsUnreleased: Bool

    /// Reads a folder of prompts. Throws all that is wrong in it, not only the first.
    ///
    /// - Parameters:
    ///   - commit: the git commit that holds the folder, where it is known.
    ///   - allowUnreleased: whether `@worktree` and `@latest` exist.
    package static func load(
        directory: String, commit: String?, allowUnreleased: Bool
    ) throws(PromptLoadErrors) -> PromptLibrary {
        try PromptLibrary(DirectorySource(directory: directory), commit: commit, allowUnreleased: allowUnreleased)
    }

    /// Compiles all files of `source`.
    package init(_ source: some PromptSource, commit: String?, allowUnreleased: Bool) throws(PromptLoadErrors) {
        let compiled = PromptCompiler(try source.files())
        guard !compiled.diagnostics.contains(where: { $0.severity == .error }) else {
            throw PromptLoadErrors(diagnostics: compiled.diagnostics)
        }
        let labels = compiled.labels
        prompts = compiled.prompts
        warnings = compiled.diagnostics
        self.commit = commit
        allowsUnreleased = allowUnreleased
        self.labels = Dictionary(labels.map { ($0.name, $0.targets) }, uniquingKeysWith: { first, _ in first })
        entries = compiled.prompts.values.sorted { $0.name < $1.name }.map { prompt in
            Entry(
                name: prompt.name, version: prompt.version, digest: prompt.digest,
                description: prompt.frontMatter.description, model: prompt.frontMatter.model,
                labels: labels.filter { $0.targets[prompt.name]?.version == prompt.version }.map(\.name).sorted())
        }
    }

    /// A library without prompts.
    package init() {
        (entries, warnings, prompts, labels, commit, allowsUnreleased) = ([], [], [:], [:], nil, false)
    }
}

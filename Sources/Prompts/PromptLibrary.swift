import Inference

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

    /// The prompts as they are now: in the folder, or at the ref. Sorted by name.
    package private(set) var entries: [Entry]
    /// What `check` reports and `serve` accepts.
    package let warnings: [PromptDiagnostic]
    /// The commit that the prompts were read at; nil outside git.
    package let commit: String?
    /// The moves of all labels, the newest first; empty outside git.
    package let labelMoves: [PromptLabelMove]

    let catalog: PromptCatalog
    /// By label and name.
    let labels: [String: [String: PromptLabel.Target]]
    /// By name: what `@latest` means, and `@worktree`.
    let latest: [String: CompiledPrompt]
    let worktree: [String: CompiledPrompt]
    /// The commits of the ref's line, for `@git:`.
    let line: [GitLineEntry]
    /// Whether `@worktree` and `@latest` exist.
    package let allowsUnreleased: Bool
    /// What its texts were compiled to, for the library that comes after it.
    let compilations: PromptCompilations
    /// What it was read from; nil outside git.
    let history: GitHistory?
    /// What stands in for labels until git says the same.
    package private(set) var overrides: [PromptOverride] = []

    /// What a library is made of.
    struct Contents {
        /// As they are now, by name.
        var prompts: [String: CompiledPrompt]
        /// By label and name.
        var labels: [String: [String: PromptLabel.Target]]
        var diagnostics: [PromptDiagnostic]
        var catalog: PromptCatalog
        var commit: String?
        var moves: [PromptLabelMove] = []
        var line: [GitLineEntry] = []
        var worktree: [String: CompiledPrompt] = [:]
        var compilations = PromptCompilations()
        var history: GitHistory?

        init(_ compiled: PromptCompiler, catalog: PromptCatalog) {
            prompts = compiled.prompts
            labels = Dictionary(compiled.labels.map { ($0.name, $0.targets) }, uniquingKeysWith: { first, _ in first })
            diagnostics = compiled.diagnostics
            self.catalog = catalog
        }

        init(
            _ prompts: [String: CompiledPrompt], labels: [String: [String: PromptLabel.Target]], catalog: PromptCatalog
        ) {
            self.prompts = prompts
            self.labels = labels
            self.catalog = catalog
            diagnostics = []
        }
    }

    init(_ contents: Contents, allowUnreleased: Bool) throws(PromptLoadErrors) {
        guard !contents.diagnostics.contains(where: { $0.severity == .error }) else {
            throw PromptLoadErrors(diagnostics: contents.diagnostics)
        }
        warnings = contents.diagnostics
        commit = contents.commit
        catalog = contents.catalog
        labelMoves = contents.moves
        latest = contents.prompts
        worktree = contents.worktree
        line = contents.line
        allowsUnreleased = allowUnreleased
        compilations = contents.compilations.settled
        history = contents.history
        labels = contents.labels
        entries = contents.prompts.values.sorted { $0.name < $1.name }.map { prompt in
            Entry(
                name: prompt.name, version: prompt.version, digest: prompt.digest,
                description: prompt.frontMatter.description, model: prompt.frontMatter.model, labels: [])
        }
        nameLabels()
    }

    private mutating func nameLabels() {
        for index in entries.indices {
            let entry = entries[index]
            entries[index].labels = labelNames(of: entry.name, entry.version, entry.digest)
        }
    }

    /// The labels that stand for a version now, sorted: what a label was turned to goes before what its file says.
    func labelNames(of name: String, _ version: String?, _ digest: String) -> [String] {
        let turned = overrides.filter { $0.name == name }
        let kept = labels.keys.filter { label in
            guard let version, !turned.contains(where: { $0.label == label }) else { return false }
            return labels[label]?[name]?.version == version
        }
        return (kept + turned.filter { $0.digest == digest }.map(\.label)).sorted()
    }

    /// What `GET /v1/prompts/{name}` shows: the version that a selector stands for, which need not be the one of now.
    package func entry(of prompt: ResolvedPrompt) -> Entry {
        let reference = prompt.reference
        return Entry(
            name: reference.name, version: reference.version, digest: reference.digest,
            description: prompt.description, model: prompt.model,
            labels: labelNames(of: reference.name, reference.version, reference.digest))
    }

    /// A library without prompts.
    package init() {
        (entries, warnings, commit, labelMoves, line, allowsUnreleased) = ([], [], nil, [], [], false)
        (catalog, labels, latest, worktree) = (PromptCatalog(), [:], [:], [:])
        (compilations, history) = (PromptCompilations(), nil)
    }

    /// The same library with other overrides.
    package func overridden(by overrides: [PromptOverride]) -> PromptLibrary {
        var library = self
        library.overrides = overrides
        library.nameLabels()
        return library
    }
}

/// A label that somebody turned to another version at run time, before git says so.
package struct PromptOverride: Sendable, Hashable {
    package var name: String
    package var label: String
    package var version: String
    /// 64 hexadecimal digits.
    package var digest: String
    package var by: String
    package var reason: String

    package init(name: String, label: String, version: String, digest: String, by: String, reason: String) {
        self.name = name
        self.label = label
        self.version = version
        self.digest = digest
        self.by = by
        self.reason = reason
    }
}

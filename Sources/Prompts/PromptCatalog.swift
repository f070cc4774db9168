/// Which text each version of each prompt stands for.
struct PromptCatalog: Sendable {
    /// What is known of one name.
    struct Entry: Sendable {
        /// Digests, in the order in which they first appeared.
        var digests: [String] = []
        /// What `name@N.N.N` means: the digest, by version.
        var released: [String: String] = [:]
        /// Its text from each state on, the oldest first.
        var changes: [PromptTimeline.Change] = []
    }

    private(set) var entries: [String: Entry] = [:]
    /// By digest.
    private(set) var prompts: [String: CompiledPrompt] = [:]
    private(set) var origins: [String: PromptOrigin] = [:]

    init() {}

    /// Every prompt is released as it is.
    init(_ prompts: some Sequence<CompiledPrompt>, origins: [String: PromptOrigin] = [:]) {
        self.origins = origins
        for prompt in prompts where self.prompts[prompt.digest] == nil {
            self.prompts[prompt.digest] = prompt
            entries[prompt.name, default: Entry()].digests.append(prompt.digest)
            if let version = prompt.version { entries[prompt.name]?.released[version] = prompt.digest }
        }
    }

    /// Decides what each version means.
    ///
    /// First comes what the registry remembers, then what a label was first made to stand for, then the newest text that
    /// bears the number.
    init(_ timeline: PromptTimeline, registered: [RegisteredVersion]) {
        prompts = timeline.prompts
        origins = timeline.origins
        for (name, digests) in timeline.digests {
            var entry = Entry(digests: digests, changes: timeline.changes[name] ?? [])
            // A text may come back: what counts is when it was last put in place.
            for change in entry.changes {
                guard let digest = change.digest, let version = prompts[digest]?.version else { continue }
                entry.released[version] = digest
            }
            entries[name] = entry
        }
        for move in timeline.moves.reversed() {
            guard let target = move.after, let digest = digest(move.name, target.version, target.digest) else {
                continue
            }
            entries[move.name]?.released[target.version] = digest
        }
        for version in registered where prompts[version.digest] != nil {
            entries[version.name]?.released[version.version] = version.digest
        }
    }

    /// Takes texts that no commit has yet. Such a text bears its number only where no other does.
    mutating func add(uncommitted texts: some Sequence<CompiledPrompt>) {
        for prompt in texts where prompts[prompt.digest] == nil {
            prompts[prompt.digest] = prompt
            entries[prompt.name, default: Entry()].digests.append(prompt.digest)
            guard let version = prompt.version, entries[prompt.name]?.released[version] == nil else { continue }
            entries[prompt.name]?.released[version] = prompt.digest
        }
    }

    /// The text of each prompt at the end of the history.
    var heads: [String: CompiledPrompt] {
        entries.compactMapValues { $0.changes.last?.digest.flatMap { prompts[$0] } }
    }

    /// The text of this number whose digest begins so.
    private func digest(_ name: String, _ version: String, _ prefix: String) -> String? {
        entries[name]?.digests.first { $0.hasPrefix(prefix) && prompts[$0]?.version == version }
    }

    func prompt(_ name: String, version: String) -> CompiledPrompt? {
        entries[name]?.released[version].flatMap { prompts[$0] }
    }

    /// The prompts of one name whose digests begin so; more than one when the beginning is too short.
    func prompts(_ name: String, digest prefix: String) -> [CompiledPrompt] {
        (entries[name]?.digests ?? []).filter { $0.hasPrefix(prefix) }.compactMap { prompts[$0] }
    }

    /// The text in one state of the history.
    func prompt(_ name: String, state: Int) -> CompiledPrompt? {
        entries[name]?.changes.last { $0.state <= state }?.digest.flatMap { prompts[$0] }
    }

    /// The released versions of a name, the newest first.
    func versions(of name: String) -> [String] {
        (entries[name]?.released.keys.map { ($0, PromptVersion.parts($0) ?? []) } ?? [])
            .sorted { $1.1.lexicographicallyPrecedes($0.1) }.map(\.0)
    }

    /// At most five of them, those that come closest to the wanted one in their order.
    func versions(of name: String, near wanted: String) -> [String] {
        let all = versions(of: name)
        guard let parts = PromptVersion.parts(wanted) else { return Array(all.prefix(5)) }
        let newer = all.prefix { parts.lexicographicallyPrecedes(PromptVersion.parts($0) ?? []) }
        let older = all.dropFirst(newer.count)
        let chosen = newer.suffix(max(2, 5 - older.count)) + older.prefix(max(3, 5 - newer.count))
        return Array(chosen)
    }
}

/// Compares the texts on disk with those of another commit: what changed must have raised its version, and enough.
struct ReleaseReview {
    /// The texts from which the work began.
    private let base: [String: CompiledPrompt]
    /// All versions of the ref.
    private let catalog: PromptCatalog
    private let ref: String

    /// - Parameter ref: as the user named it.
    init(base: [String: CompiledPrompt], catalog: PromptCatalog, ref: String) {
        self.base = base
        self.catalog = catalog
        self.ref = ref
    }

    /// What is wrong with a text on disk; nil when it is unchanged, new, or properly raised.
    func fault(of prompt: CompiledPrompt) -> Fault? {
        let place = prompt.files[prompt.path].flatMap { VersionEdit.place(in: $0, path: prompt.path)?.place } ?? .start
        if let version = prompt.version, let digest = catalog.entries[prompt.name]?.released[version],
            digest != prompt.digest
        {
            return Fault(.versionKept, kept(prompt, version, digest), at: place)
        }
        guard let before = base[prompt.name], before.digest != prompt.digest, let old = before.version,
            let oldParts = PromptVersion.parts(old)
        else { return nil }
        guard let version = prompt.version, let parts = PromptVersion.parts(version) else {
            return Fault(
                .versionKept, "'\(prompt.name)' had version \(old) at \(ref) and has none now; write one above it",
                at: .start)
        }
        guard oldParts.lexicographicallyPrecedes(parts) else {
            return Fault(
                .versionKept,
                "the text differs from \(ref)\(causes(prompt, before)), and version \(version) is not above \(old);"
                    + " `llmgw prompts bump \(prompt.name)` raises it", at: place)
        }
        guard parts[0] == oldParts[0], let reason = breaking(before, prompt) else { return nil }
        return Fault(
            .majorNeeded,
            "\(reason): callers of \(old) would break, so the first number must go up;"
                + " `llmgw prompts bump --major \(prompt.name)` raises it", at: place)
    }

    private func kept(_ prompt: CompiledPrompt, _ version: String, _ digest: String) -> String {
        let commit = catalog.origins[digest].map { " (commit \($0.commit.id.prefix(12)))" } ?? ""
        return "the text differs from \(ref)\(catalog.prompts[digest].map { causes(prompt, $0) } ?? ""), where"
            + " \(version) is sha256:\(digest.prefix(12))\(commit): a version never changes its text;"
            + " `llmgw prompts bump \(prompt.name)` raises it"
    }

    /// `, because partials/_house-style.prompt changed`; nothing when the prompt's own file did.
    private func causes(_ prompt: CompiledPrompt, _ before: CompiledPrompt) -> String {
        guard prompt.files[prompt.path] == before.files[prompt.path] else { return "" }
        let changed = Set(prompt.files.keys).union(before.files.keys).filter { prompt.files[$0] != before.files[$0] }
        let names = changed.sorted().map { $0.dropFirst("prompts/".count) }
        return names.isEmpty ? "" : ", because \(names.joined(separator: " and ")) changed"
    }

    private func breaking(_ before: CompiledPrompt, _ after: CompiledPrompt) -> String? {
        SchemaChange.breaksInput(before.frontMatter.input, after.frontMatter.input)
            ?? SchemaChange.breaksOutput(before.frontMatter, after.frontMatter)
    }
}

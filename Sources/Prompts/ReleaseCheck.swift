/// Finds versions that would change their meaning.
struct ReleaseCheck {
    private let catalog: PromptCatalog
    private let registered: [RegisteredVersion]
    private let head: String

    /// - Parameter head: the commit that is about to be served.
    init(_ catalog: PromptCatalog, _ registered: [RegisteredVersion], head: String) {
        self.catalog = catalog
        self.registered = registered
        self.head = head
    }

    /// Returns what is wrong, by path that begins with `prompts/`.
    ///
    /// - Parameter prompts: as they are at the head.
    func faults(of prompts: [String: CompiledPrompt]) -> [(path: String, fault: Fault)] {
        prompts.values.compactMap(changed) + registered.compactMap(rewritten)
    }

    /// A text that bears the number of another.
    private func changed(_ prompt: CompiledPrompt) -> (path: String, fault: Fault)? {
        guard let version = prompt.version, let released = catalog.entries[prompt.name]?.released[version],
            released != prompt.digest
        else { return nil }
        return (
            prompt.path,
            Fault(
                .labelDigest,
                "\(prompt.title) is \(name(released)), and \(name(prompt.digest, at: head)) is another text: a version"
                    + " never changes its text; raise the version", at: .start)
        )
    }

    /// A text that was served, and that the history does not have any more.
    private func rewritten(_ version: RegisteredVersion) -> (path: String, fault: Fault)? {
        guard catalog.prompts[version.digest] == nil, let now = catalog.entries[version.name]?.released[version.version]
        else { return nil }
        let before = version.commit.map { " of commit \($0.prefix(12))" } ?? ""
        return (
            catalog.prompts[now]?.path ?? "prompts/",
            Fault(
                .labelDigest,
                "Prompt '\(version.name)' \(version.version) was served as sha256:\(version.digest.prefix(12))\(before),"
                    + " which the history has no more; now it is \(name(now)): a version never changes its text, so bring"
                    + " that commit back, or give the new text another version", at: .start)
        )
    }

    private func name(_ digest: String, at commit: String? = nil) -> String {
        let commit = catalog.origins[digest]?.commit.id ?? commit
        return "sha256:\(digest.prefix(12))" + (commit.map { " of commit \($0.prefix(12))" } ?? "")
    }
}

extension PromptLibrary {
    /// Reads a folder of prompts. Throws all that is wrong in it, not only the first.
    ///
    /// - Parameters:
    ///   - commit: the git commit that holds the folder, where it is known.
    ///   - registered: what versions meant before. Unless `allowUnreleased`, none of them may mean something else now.
    ///   - allowUnreleased: whether `@worktree` and `@latest` exist: the folder is being worked on.
    ///   - before: the library that this one takes the place of; what is unchanged is not compiled again.
    package static func load(
        directory: String, commit: String?, registered: [RegisteredVersion] = [], allowUnreleased: Bool,
        after before: PromptLibrary? = nil
    ) throws(PromptLoadErrors) -> PromptLibrary {
        try PromptLibrary(
            DirectorySource(directory: directory), commit: commit, registered: registered,
            allowUnreleased: allowUnreleased, after: before)
    }

    /// Compiles all files of `source`: there is one version of each prompt.
    package init(
        _ source: some PromptSource, commit: String?, registered: [RegisteredVersion] = [], allowUnreleased: Bool,
        after before: PromptLibrary? = nil
    ) throws(PromptLoadErrors) {
        var known = PromptCompilations(after: before?.compilations)
        var compiled = PromptCompiler(try source.files(), &known)
        if !allowUnreleased { compiled.add(compiled.prompts.changed(since: registered)) }
        var contents = Contents(compiled, catalog: PromptCatalog(compiled.prompts.values))
        contents.commit = commit
        contents.worktree = compiled.prompts
        contents.compilations = known
        try self.init(contents, allowUnreleased: allowUnreleased)
    }
}

extension [String: CompiledPrompt] {
    /// The prompts whose text is another than the one that was served under their number.
    fileprivate func changed(since registered: [RegisteredVersion]) -> [(path: String, fault: Fault)] {
        registered.compactMap { before in
            guard let now = self[before.name], now.version == before.version, now.digest != before.digest else {
                return nil
            }
            return (
                now.path,
                Fault(
                    .labelDigest,
                    "\(now.title) was served as sha256:\(before.digest.prefix(12)), and the file is another text,"
                        + " sha256:\(now.digest.prefix(12)): a version never changes its text; raise the version",
                    at: .start)
            )
        }
    }
}

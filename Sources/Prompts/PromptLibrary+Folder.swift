extension PromptLibrary {
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

    /// Compiles all files of `source`: there is one version of each prompt.
    package init(_ source: some PromptSource, commit: String?, allowUnreleased: Bool) throws(PromptLoadErrors) {
        let compiled = PromptCompiler(try source.files())
        var contents = Contents(compiled, catalog: PromptCatalog(compiled.prompts.values))
        contents.commit = commit
        contents.worktree = compiled.prompts
        try self.init(contents, allowUnreleased: allowUnreleased)
    }
}

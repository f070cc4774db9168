extension PromptLibrary {
    /// Reads a folder of prompts. Throws all that is wrong in it, not only the first.
    ///
    /// - Parameters:
    ///   - commit: the git commit that holds the folder, where it is known.
    ///   - allowUnreleased: whether `@worktree` and `@latest` exist.
    ///   - before: the library that this one takes the place of; what is unchanged is not compiled again.
    package static func load(
        directory: String, commit: String?, allowUnreleased: Bool, after before: PromptLibrary? = nil
    ) throws(PromptLoadErrors) -> PromptLibrary {
        try PromptLibrary(
            DirectorySource(directory: directory), commit: commit, allowUnreleased: allowUnreleased, after: before)
    }

    /// Compiles all files of `source`: there is one version of each prompt.
    package init(
        _ source: some PromptSource, commit: String?, allowUnreleased: Bool, after before: PromptLibrary? = nil
    ) throws(PromptLoadErrors) {
        var known = PromptCompilations(after: before?.compilations)
        let compiled = PromptCompiler(try source.files(), &known)
        var contents = Contents(compiled, catalog: PromptCatalog(compiled.prompts.values))
        contents.commit = commit
        contents.worktree = compiled.prompts
        contents.compilations = known
        try self.init(contents, allowUnreleased: allowUnreleased)
    }
}

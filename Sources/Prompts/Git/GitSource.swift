import Glibc

/// A folder of prompts in a git repository, with its history. Blocks; not for an event loop.
package struct GitSource: Sendable, Hashable {
    /// A folder of a work tree, or a bare repository.
    package var repository: String
    /// A branch, a tag, a commit, or `HEAD`.
    package var ref: String
    /// Of the prompts: its path on disk, or a path below the repository's top.
    package var folder: String
    /// The same in a bare repository, where there is nothing on disk.
    package var bareFolder: String

    /// - Parameter bareFolder: nil when it is `folder`.
    package init(repository: String, ref: String, folder: String, bareFolder: String? = nil) {
        self.repository = repository
        self.ref = ref
        self.folder = folder
        self.bareFolder = bareFolder ?? folder
    }

    /// The commit that the ref stands for now.
    package func head() throws(GitFailure) -> String {
        try GitRepository(self).head(of: ref)
    }
}

extension PromptLibrary {
    /// Reads every version that is in the history of `source`. Throws all that is wrong at the ref.
    ///
    /// - Parameters:
    ///   - registered: what versions meant before; none of them may mean something else now.
    ///   - allowUnreleased: whether `@worktree` and `@latest` exist.
    ///   - before: the library that this one takes the place of; what is unchanged is neither read nor compiled again.
    package static func load(
        git source: GitSource, registered: [RegisteredVersion], allowUnreleased: Bool,
        after before: PromptLibrary? = nil
    ) throws(PromptLoadErrors) -> PromptLibrary {
        let repository: GitRepository
        let history: GitHistory
        do throws(GitFailure) {
            repository = try GitRepository(source)
            history = try repository.history(at: try repository.head(of: source.ref), after: before?.history)
        } catch {
            throw PromptLoadErrors(diagnostics: [
                PromptDiagnostic(
                    .error, FaultCode.unreadable.rawValue, error.description, file: "prompts/", line: 1, column: 1)
            ])
        }
        var known = PromptCompilations(after: before?.compilations)
        let timeline = PromptTimeline(history, folder: repository.folder, &known)
        let catalog = PromptCatalog(timeline, registered: registered)
        let files = timeline.files.map { PromptSourceFile(path: $0.key, bytes: $0.value) }
        var compiled = PromptCompiler(files, past: .known(catalog, isWhole: !history.isShallow), &known)
        compiled.add(timeline.faults)
        compiled.add(ReleaseCheck(catalog, registered, head: history.head).faults(of: compiled.prompts))
        var contents = Contents(compiled, catalog: catalog)
        contents.commit = history.head
        contents.history = history
        contents.moves = timeline.moves.reversed()
        contents.line = history.line
        if history.isShallow { contents.diagnostics.append(shallow(history)) }
        if allowUnreleased, let top = repository.top { contents.addWorktree(top, repository.folder, &known) }
        contents.compilations = known
        return try PromptLibrary(contents, allowUnreleased: allowUnreleased)
    }

    private static func shallow(_ history: GitHistory) -> PromptDiagnostic {
        let first = history.states.first.map { String($0.commit.id.prefix(12)) } ?? ""
        return PromptDiagnostic(
            .warning, FaultCode.shallow.rawValue,
            "the clone is shallow: versions from before commit \(first) are not known; `git fetch --unshallow` brings them",
            file: "prompts/", line: 1, column: 1)
    }
}

extension PromptLibrary.Contents {
    /// What is on disk is for development: what is wrong with it is a warning, and stops nobody.
    fileprivate mutating func addWorktree(_ top: String, _ folder: String, _ known: inout PromptCompilations) {
        do throws(PromptLoadErrors) {
            let found = PromptCompiler(
                try DirectorySource(directory: folder.isEmpty ? top : top + "/" + folder).files(), &known)
            worktree = found.prompts
            let broken = found.diagnostics.filter { $0.severity == .error && !$0.file.hasPrefix("prompts/labels/") }
            diagnostics += broken.map(\.asWorktreeWarning)
        } catch {
            diagnostics += error.diagnostics.map(\.asWorktreeWarning)
        }
    }
}

extension PromptDiagnostic {
    fileprivate var asWorktreeWarning: PromptDiagnostic {
        PromptDiagnostic(
            .warning, code, "in the work tree, for '@worktree': \(message)", file: file, line: line, column: column)
    }
}

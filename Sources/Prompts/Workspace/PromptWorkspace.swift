import Glibc

/// A folder of prompts that somebody works on: as it lies on disk, with its past where it is in git. Blocks.
///
/// Nothing in it has to be right: what does not compile is missing in ``library``, and ``diagnostics`` say why.
package struct PromptWorkspace: Sendable {
    /// On disk.
    package let folder: String
    /// The top of git's work tree; nil outside git.
    package let top: String?
    /// The folder below ``top``; empty for the top itself, and outside git.
    package let pathInRepository: String
    /// Every version that the history has, the texts on disk, and the labels as they are on disk.
    package let library: PromptLibrary
    /// What is wrong on disk, in the order of files, lines and columns; warnings among them.
    package let diagnostics: [PromptDiagnostic]
    /// The files on disk that belong to prompts, sorted; each begins with `prompts/`.
    package let files: [String]

    /// What compiles on disk, by name.
    let prompts: [String: CompiledPrompt]
    /// By path that begins with `prompts/`.
    let sources: [String: [UInt8]]
    let repository: GitRepository?
    /// By name.
    private let own: [String: [PromptDiagnostic]]

    /// Reads the folder and, where it is in a repository, its history up to the commit that is checked out.
    ///
    /// - Parameter registered: what versions meant when they were first served.
    package init(folder: String, registered: [RegisteredVersion] = []) throws(PromptLoadErrors) {
        let files = try DirectorySource(directory: folder).files()
        let repository: GitRepository?
        let past: GitHistory?
        do throws(GitFailure) {
            repository = try PromptWorkspace.repository(around: folder)
            past = try repository?.historyOfWorktree()
        } catch {
            throw PromptLoadErrors(diagnostics: [
                PromptDiagnostic(
                    .error, FaultCode.unreadable.rawValue, error.description, file: "prompts/", line: 1, column: 1)
            ])
        }
        var known = PromptCompilations()
        let timeline = past.map { PromptTimeline($0, folder: repository?.folder ?? "", &known) }
        var catalog = timeline.map { PromptCatalog($0, registered: registered) } ?? PromptCatalog()
        let heads = catalog.heads
        let trials = PromptWorkspace.trials(files, &known)
        prompts = trials.prompts
        own = trials.diagnostics
        catalog.add(uncommitted: prompts.values)
        var compiled = PromptCompiler(
            files, past: past.map { .known(catalog, isWhole: !$0.isShallow) } ?? .none, &known)
        var contents = PromptLibrary.Contents(compiled, catalog: catalog)
        contents.diagnostics = []
        contents.worktree = prompts
        contents.prompts = prompts
        contents.compilations = known
        if let past {
            contents.prompts = heads
            contents.commit = past.head
            contents.line = past.line
        }
        contents.moves = timeline?.moves.reversed() ?? []
        library = try PromptLibrary(contents, allowUnreleased: true)
        // What git would not give to a gateway is on disk all the same.
        let links = repository == nil ? [] : files.filter(\.isLinked).map { ($0.path, Fault.link) }
        let unread = timeline?.faults.filter { $0.value.code == .unread } ?? [:]
        compiled.add(unread.merging(links, uniquingKeysWith: { first, _ in first }))
        diagnostics = compiled.diagnostics
        sources = Dictionary(files.map { ("prompts/" + $0.path, $0.bytes) }, uniquingKeysWith: { first, _ in first })
        self.files = files.map { "prompts/" + $0.path }.sorted()
        (self.folder, self.repository) = (folder, repository)
        (top, pathInRepository) = (repository?.top, repository?.folder ?? "")
    }

    /// Compiles each prompt alone, so that it is known which are whole.
    private static func trials(
        _ files: [PromptSourceFile], _ known: inout PromptCompilations
    ) -> (prompts: [String: CompiledPrompt], diagnostics: [String: [PromptDiagnostic]]) {
        var parts = PromptParts()
        // One that cannot be read is a part that is missing; the diagnostics of the whole folder say why.
        for file in files { try? parts.set(file) }
        var prompts: [String: CompiledPrompt] = [:]
        var diagnostics: [String: [PromptDiagnostic]] = [:]
        let texts = files.filter(\.isPrompt)
        for (file, outcome) in zip(texts, known.outcomes(of: texts, parts: parts)) {
            guard case .prompt(let name, let variant)? = file.kind else { continue }
            let key = variant.map { "\(name).\($0)" } ?? name
            diagnostics[key] = outcome.diagnostics
            prompts[key] = outcome.servable
        }
        return (prompts, diagnostics)
    }

    /// Nil outside git.
    private static func repository(around folder: String) throws(GitFailure) -> GitRepository? {
        guard let whole = realpath(folder, nil) else { return nil }
        defer { free(whole) }
        var path = String(cString: whole)
        while access(path + "/.git", F_OK) != 0 {
            guard let slash = path.lastIndex(of: "/"), !path.isEmpty else { return nil }
            path = String(path[..<slash])
        }
        return try GitRepository(GitSource(repository: folder, ref: "HEAD", folder: folder))
    }

    /// The names of the prompts on disk, sorted; those that do not compile are not among them.
    package var names: [String] { prompts.keys.sorted() }

    /// The bytes of a file on disk.
    ///
    /// - Parameter path: begins with `prompts/`.
    package func source(_ path: String) -> [UInt8]? { sources[path] }

    /// The names of the prompts on disk that do not compile, sorted.
    package var brokenNames: [String] {
        own.filter { name, found in prompts[name] == nil && found.contains { $0.severity == .error } }.map(\.key)
            .sorted()
    }

    /// What is wrong in one prompt and the partials that it includes.
    package func diagnostics(of name: String) -> [PromptDiagnostic] { own[name] ?? [] }

    /// The prompts on disk that include a partial, use a schema or a tool, sorted.
    ///
    /// - Parameter part: a path such as `prompts/partials/_house-style.prompt`.
    package func dependents(of part: String) -> [String] {
        prompts.values.filter { $0.files[part] != nil && $0.path != part }.map(\.name).sorted()
    }

    /// The paths of all partials, schemas and tools on disk, sorted; they begin with `prompts/`.
    package var parts: [String] {
        files.filter { path in
            switch PromptFileKind(path: String(path.dropFirst("prompts/".count))) {
            case .partial, .schema, .tool: true
            default: false
            }
        }
    }
}

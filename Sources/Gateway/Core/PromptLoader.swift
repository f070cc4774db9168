import Inference
package import Ledger
package import Prompts

/// Reads the prompts that a configuration names: from git, from a bundle, or from a folder. Blocks.
struct PromptLoader {
    private let settings: PromptSettings
    private let ledger: String

    init(_ configuration: Configuration) {
        settings = configuration.prompts
        ledger = configuration.ledger.path
    }

    /// Brings the copy of a repository on another machine up to date; does nothing for one on this machine.
    func fetch() throws(GitFailure) {
        try mirror?.fetch()
    }

    /// The commit that is to be served now; nil where there is no repository.
    func head() throws(GitFailure) -> String? {
        guard let source else { return nil }
        return try source.head()
    }

    /// Returns the library with the labels that are turned at run time.
    ///
    /// - Parameters:
    ///   - isStart: the ledger is opened after this, which says better what is wrong with it.
    ///   - before: the library that is served now; what is unchanged is neither read nor compiled again.
    func library(isStart: Bool = false, after before: PromptLibrary?) throws(PromptLoadErrors) -> PromptLibrary {
        var memory = PromptMemory()
        do throws(LedgerError) {
            memory = try PromptMemory(ledger: ledger)
        } catch {
            guard isStart else {
                throw PromptLoader.problem(PromptLoader.ledgerProblem + error.message)
            }
        }
        return try loaded(memory, before).overridden(by: memory.overrides)
    }

    /// Measures how long the parts of reading them take.
    func measureParts(_ benchmark: inout PromptLoadBenchmark) throws {
        if let source {
            try benchmark.take(git: source)
        } else if let path = settings.path {
            try benchmark.take(folder: path)
        }
    }

    private func loaded(
        _ memory: PromptMemory, _ before: PromptLibrary?
    ) throws(PromptLoadErrors) -> PromptLibrary {
        if let bundle = settings.bundle { return try PromptLoader.read(bundle: bundle) }
        if let mirror, !mirror.exists {
            throw PromptLoader.problem(
                "prompts.repository was not fetched yet; `llmgw serve` or `llmgw prompts sync` fetches it")
        }
        if let source {
            return try PromptLibrary.load(
                git: source, registered: memory.versions, allowUnreleased: settings.allowUnreleased, after: before)
        }
        guard let path = settings.path else { return PromptLibrary() }
        return try PromptLibrary.load(
            directory: path, commit: GitRevision.current(of: path)?.description, registered: memory.versions,
            allowUnreleased: settings.allowUnreleased, after: before)
    }

    private var mirror: GitMirror? {
        guard let repository = settings.repository, GitMirror.isRemote(repository) else { return nil }
        return GitMirror(of: repository, at: Paths.folder(of: ledger) + "/prompts.git")
    }

    private var source: GitSource? {
        if let mirror {
            return GitSource(repository: mirror.path, ref: mirror.ref(settings.ref), folder: settings.folder)
        }
        guard let repository = settings.repository, let path = settings.path else { return nil }
        return GitSource(repository: repository, ref: settings.ref, folder: path, bareFolder: settings.folder)
    }

    private static func read(bundle path: String) throws(PromptLoadErrors) -> PromptLibrary {
        let content: FileContent
        do throws(FileContent.Failure) {
            content = try FileContent.read(path, limit: 256 << 20)
        } catch {
            throw problem("prompts.bundle: \(error.description)")
        }
        return try PromptLibrary.load(bundle: content.bytes)
    }

    /// How a fault begins that has nothing to do with where prompts are.
    static let ledgerProblem = "what the ledger remembers of prompts cannot be read: "

    private static func problem(_ message: String) -> PromptLoadErrors {
        PromptLoadErrors(diagnostics: [PromptDiagnostic(.error, "E135", message, file: "prompts/", line: 1, column: 1)])
    }
}

/// What the ledger remembers of prompts: what versions meant, and labels turned at run time.
struct PromptMemory {
    private(set) var versions: [RegisteredVersion] = []
    private(set) var overrides: [PromptOverride] = []

    init() {}

    /// Nothing while there is no ledger, or one of an older program that no writer has brought up to date yet.
    ///
    /// Any other error is thrown: a ledger that cannot be read now would give every turned label back to its file.
    init(ledger: String) throws(LedgerError) {
        do throws(LedgerError) {
            let reader = try LedgerReader.open(ledger)
            versions = try reader.promptVersions().map {
                RegisteredVersion(name: $0.name, version: $0.version, digest: $0.digest, commit: $0.commit)
            }
            overrides = try reader.promptOverrides().map {
                PromptOverride($0)
            }
        } catch {
            guard error.kind == .missing || error.kind == .outdated else { throw error }
        }
    }
}

extension PromptOverride {
    package init(_ row: PromptOverrideRow) {
        self.init(
            name: row.name, label: row.label, version: row.version, digest: row.digest, by: row.by, reason: row.reason)
    }
}

import Gateway
import Glibc
import Inference
import Ledger
import Prompts

/// What the commands that work on a folder of prompts share: the folder, its past, and the ledger if there is one.
///
/// No gateway is needed, and no configuration: the folder is `--prompts`, else the configuration's, else `./prompts`.
struct PromptDesk {
    let workspace: PromptWorkspace
    /// Nil when no configuration was read.
    let configuration: Configuration?
    /// Nil without a configuration, while no gateway has made the ledger, and while it is one of an older program.
    let ledger: LedgerReader?
    private let shownFolder: String

    init(_ arguments: Arguments, _ context: Context) throws(Failure) {
        let configuration = try PromptDesk.configuration(arguments, context)
        let folder = try PromptDesk.folder(arguments, configuration)
        ledger = try PromptDesk.ledger(configuration, context)
        let memory = try PromptDesk.read(ledger) { (reader) throws(LedgerError) in try reader.promptVersions() } ?? []
        let registered = memory.map {
            RegisteredVersion(name: $0.name, version: $0.version, digest: $0.digest, commit: $0.commit)
        }
        do throws(PromptLoadErrors) {
            workspace = try PromptWorkspace(folder: folder, registered: registered)
        } catch {
            throw .usage("\(folder): \(error.diagnostics.map { "\($0.file): \($0.message)" }.joined(separator: "\n"))")
        }
        self.configuration = configuration
        shownFolder = ShownPath.text(folder)
    }

    /// Read when it is named, or when it is where it usually is and no folder is named.
    private static func configuration(
        _ arguments: Arguments, _ context: Context
    ) throws(Failure) -> Configuration? {
        if arguments.text("config") == nil {
            guard arguments.text("prompts") == nil else { return nil }
            let isNamed = context.environment["LLMGW_CONFIG"]?.isEmpty == false
            guard isNamed || access(context.configurationPath(arguments), F_OK) == 0 else { return nil }
        }
        return try LedgerLocation.configuration(arguments, context)
    }

    private static func folder(_ arguments: Arguments, _ configuration: Configuration?) throws(Failure) -> String {
        if let folder = arguments.text("prompts") { return folder }
        guard let prompts = configuration?.prompts, !prompts.isEmpty else {
            if access("prompts", F_OK) == 0 { return "prompts" }
            throw .usage("there is no folder 'prompts' here; name one with --prompts DIR")
        }
        guard prompts.bundle == nil, prompts.repository.map(GitMirror.isRemote) != true, let path = prompts.path else {
            throw .usage(
                "the configuration's prompts are no folder on this machine; clone their repository, and name the folder"
                    + " with --prompts DIR")
        }
        return path
    }

    /// The only hosts that addresses of media may name; nil: any public one.
    var mediaHosts: [String]? { configuration?.prompts.mediaHosts }

    /// The names that the configuration gives to models; nil without one.
    var models: ModelCheck? { configuration.map { ModelCheck(among: Set($0.models.keys)) } }

    /// Says, where there is no configuration, that a success is none of the models' names.
    func noteUncheckedModels(_ context: Context) {
        context.output.flush()
        guard configuration == nil, context.output.fault == nil else { return }
        context.errors.line(
            "note: whether the models of prompts and gates exist is not checked, for no configuration was read; name one"
                + " with --config")
        context.errors.flush()
    }

    // MARK: Names

    /// The version that `selector` stands for; a name alone is the file on disk.
    ///
    /// Fails with what is wrong in the file when that is why it cannot be found.
    func resolve(_ selector: String, _ context: Context) throws(Failure) -> ResolvedPrompt {
        let whole = selector.contains("@") ? selector : selector + "@worktree"
        do throws(GatewayError) {
            return try workspace.library.resolve(whole)
        } catch {
            let name = String(selector.prefix { $0 != "@" })
            let faults = workspace.diagnostics(of: name).filter { $0.severity == .error }
            guard whole.hasSuffix("@worktree"), !faults.isEmpty else { throw .usage(error.message) }
            for fault in faults { context.errors.line(shown(fault)) }
            context.errors.flush()
            throw Failure(.findings, "'\(name)' does not compile as it is on disk")
        }
    }

    /// Everything about the version that a selector stands for.
    func facts(_ selector: String, _ context: Context) throws(Failure) -> PromptFacts {
        let resolved = try resolve(selector, context)
        guard let facts = workspace.library.facts(of: resolved.reference.digest) else {
            throw .usage("'\(selector)' is not known")
        }
        return facts
    }

    // MARK: Paths

    /// A path that begins with `prompts/`, as it is called from here.
    func shown(_ path: String) -> String {
        shownFolder + "/" + path.dropFirst("prompts/".count)
    }

    func shown(_ finding: PromptDiagnostic) -> String {
        var moved = finding
        moved.file = shown(finding.file)
        return moved.description
    }

    /// A path that begins with `prompts/`, on disk.
    func onDisk(_ path: String) -> String {
        workspace.folder + "/" + path.dropFirst("prompts/".count)
    }

    /// A path that begins with `prompts/`, from the top of the repository, as reports for git servers want it.
    func inRepository(_ path: String) -> String {
        guard workspace.top != nil else { return shown(path) }
        let below = workspace.pathInRepository
        return (below.isEmpty ? "" : below + "/") + path.dropFirst("prompts/".count)
    }

    // MARK: Ledger

    private static func ledger(
        _ configuration: Configuration?, _ context: Context
    ) throws(Failure) -> LedgerReader? {
        guard let path = configuration?.ledger.path else { return nil }
        do throws(LedgerError) {
            return try LedgerReader.open(path)
        } catch {
            switch error.kind {
            case .missing: return nil
            case .outdated:
                context.errors.line("warning: what the ledger knows of prompts is left out: \(error.message)")
                context.errors.flush()
                return nil
            default: throw unreadable(error)
            }
        }
    }

    /// What `body` reads of the ledger; nil without one. A ledger that cannot be read is never taken for an empty one.
    static func read<Value>(
        _ ledger: LedgerReader?, _ body: (LedgerReader) throws(LedgerError) -> Value
    ) throws(Failure) -> Value? {
        do throws(LedgerError) {
            return try ledger.map(body)
        } catch {
            throw unreadable(error)
        }
    }

    private static func unreadable(_ error: LedgerError) -> Failure {
        Failure(
            .failure,
            "what the ledger knows of prompts cannot be read: \(error.message). --prompts DIR without --config goes without"
                + " it")
    }
}

extension Option {
    static let prompts = Option(
        "prompts", .text("DIR"), "the folder of prompts; else the configuration's, else ./prompts")
}

import Gateway
import Glibc
import Ledger
import NetIO
import Telemetry
import Threads

/// What a server needs before it listens: its first generation, its ledger, its log.
struct ServerStart {
    let builder: GenerationBuilder
    let generation: Generation
    let log: Log
    let gateway: LLMGateway
    /// Rung by the ledger when it has written alerts.
    let bell = AlertBell()

    /// Event loops.
    let loops: Int
    let descriptors: DescriptorPlan

    var configuration: Configuration { generation.configuration }

    /// Reads the configuration and opens the ledger; tells the user what is wrong with either.
    init(configuration path: String, _ context: Context) throws(Failure) {
        builder = GenerationBuilder(
            path: path, environment: context.environment, factories: PluginTable.factories)
        let first = try ServerStart.generation(builder.build(fetching: true, isStart: true), path, context)
        log = Log(first.configuration.log)
        loops = first.configuration.threads ?? Processors.count
        descriptors = try DescriptorPlan.raised(for: first.configuration.limits, loops: loops)
        descriptors.tell(log)
        for finding in first.configuration.findings(of: descriptors) {
            let text = LogValue.string(finding.description)
            if finding.severity == .note {
                log.info("configuration", ["finding": text])
            } else {
                log.warning("configuration", ["finding": text])
            }
        }
        let settings = first.configuration.ledger
        let wasUnreadable = LedgerReader.isUnreadable(settings.path)
        do {
            let ledger = try LedgerWriter.open(settings.path, options: ServerStart.options(settings, log, bell))
            if ledger.recovered > 0 {
                log.warning(
                    "calls of the process before were cut off and are charged at their bound",
                    ["count": .integer(ledger.recovered)])
            }
            // Only now can be read which labels are turned, and what versions meant.
            generation =
                wasUnreadable ? try ServerStart.generation(builder.rebuild(promptsOf: first), path, context) : first
            gateway = LLMGateway(
                ledger: ledger, generation: generation, log: log, unitKey: try UnitKey.load(beside: settings.path),
                content: try ServerStart.content(generation.configuration.content, log))
        } catch let error as LedgerError {
            throw Failure(.failure, error.message)
        } catch {
            throw error as? Failure ?? Failure(.failure, "\(error)")
        }
    }

    /// Tells the user what was found; throws when nothing can be served.
    private static func generation(
        _ built: GenerationBuilder.Result, _ path: String, _ context: Context
    ) throws(Failure) -> Generation {
        for finding in built.diagnostics { context.errors.line(finding.description) }
        context.errors.flush()
        guard let generation = built.generation else {
            throw .usage("\(path) cannot be served; `llmgw check` shows the same mistakes without starting")
        }
        return generation
    }

    private static func content(_ settings: ContentSettings, _ log: Log) throws(LedgerError) -> ContentStore {
        try ContentStore(settings.path, retention: settings.retention.components.seconds * 1_000) { error in
            log.warning("an answer is not kept; its repetition gets 409", ["reason": .string(error.message)])
        }
    }

    /// Each line is seen at once: a copy can take minutes.
    private static func tell(_ notice: MigrationNotice, _ log: Log) {
        switch notice {
        case .backingUp(let path, let bytes, let seconds):
            log.info(
                "the ledger is of an older program; it is copied before it is changed",
                ["to": .string(path), "bytes": .integer(Int(clamping: bytes)), "about_seconds": .integer(Int(seconds))])
        case .backedUp(let path, let bytes, let milliseconds):
            log.info(
                "the ledger is copied",
                ["to": .string(path), "bytes": .integer(Int(clamping: bytes)), "ms": .integer(Int(milliseconds))])
        case .migrated(let from, let to, let steps, let milliseconds):
            log.info(
                "the ledger is up to date",
                [
                    "from_schema": .integer(Int(from)), "to_schema": .integer(Int(to)),
                    "steps": .string(steps.joined(separator: ",")), "ms": .integer(Int(milliseconds)),
                ])
        }
        log.flush()
    }

    private static func options(_ settings: LedgerSettings, _ log: Log, _ bell: AlertBell) -> LedgerOptions {
        var options = LedgerOptions()
        options.synchronous = settings.synchronous == .full ? .full : .normal
        options.onAlert = { bell.ring() }
        options.onMigration = { tell($0, log) }
        options.retention.attempts = settings.retention.attempts
        options.retention.refused = settings.retention.refused
        options.retention.feedback = settings.retention.feedback
        options.retention.idempotency = settings.retention.idempotency
        options.onFatal = { error in
            log.error(
                "the ledger cannot go on; ending, so that nothing unrecorded is served",
                [
                    "reason": .string(error.message)
                ])
            log.flush()
            _exit(ExitCode.failure.rawValue)
        }
        return options
    }
}

extension DescriptorPlan {
    /// Raises what the process may have open as far as `limits` need it.
    static func raised(for limits: LimitSettings, loops: Int) throws(Failure) -> DescriptorPlan {
        let limit = DescriptorLimit.raise(to: wanted(limits, loops: loops))
        guard limit >= fewest else {
            throw Failure(
                .failure,
                "this process may have \(limit) descriptors, and \(fewest) are the fewest to work with; see ulimit -n")
        }
        return DescriptorPlan(limits, loops: loops, limit: limit)
    }

    fileprivate func tell(_ log: Log) {
        log.info(
            "descriptors",
            [
                "limit": .integer(Int64(limit)), "clients": .integer(Int64(clients)),
                "providers": .integer(Int64(providers)), "reserve": .integer(Int64(reserve)),
            ])
    }
}

extension Log {
    convenience init(_ settings: LogSettings) {
        self.init(
            level: LogLevel(rawValue: settings.level.rawValue) ?? .info,
            format: LogFormat(rawValue: settings.format.rawValue) ?? .text)
    }
}

import CivilTime
package import Gateway
import Ledger
import PluginKit
import Prompts
package import Telemetry
import Threads

/// Makes the next generation from the files as they are now: all of it, or nothing changes.
///
/// An actor, so that two reloads never overlap. It runs where its caller does, which is an event loop as a rule; so it
/// reads files and asks git only through ``aside(_:)``.
package actor Reloader {
    let builder: GenerationBuilder
    let gateway: LLMGateway
    let log: Log
    /// What the process was started with: what only a start can change is still so, whatever was reloaded since.
    private let started: Configuration
    private var turns = Turns()
    /// For reading files and what git has on this machine: one thread, since there is one turn at a time.
    private let lane = WorkLane(threads: 1)
    /// For asking other machines what is new, which can take minutes.
    private let fetching = WorkLane(threads: 1)

    package init(_ builder: GenerationBuilder, gateway: LLMGateway, log: Log) {
        self.builder = builder
        self.gateway = gateway
        self.log = log
        started = gateway.generations.current.configuration
    }

    /// What a reload came to.
    package struct Outcome: Sendable {
        /// The id of the generation that serves from now on: a new one, or the one before.
        package let generation: String
        package let isReplaced: Bool
        package let diagnostics: [Diagnostic]
    }

    /// - Parameter actor: who asked, for the audit trail.
    package func reload(by actor: String) async -> Outcome {
        await takeTurn()
        defer { endTurn() }
        let before = gateway.generations.current
        let built = await aside { $0.build(fetching: true, after: before) }
        guard let next = built.generation else {
            return refused(before, built.diagnostics)
        }
        let entry = AuditEntry(
            at: Clock.utcMilliseconds(), actor: actor, action: "reload", subject: next.id, detail: "after \(before.id)")
        do {
            try await remember(next.prompts)
            try await gateway.ledger.audit(entry)
            try await gateway.reloadKeys()
        } catch {
            let fault = Diagnostic(
                severity: .error, file: before.configuration.ledger.path, line: 0, column: 0, message: error.description
            )
            return refused(before, built.diagnostics + [fault])
        }
        gateway.generations.replace(with: next)
        gateway.metrics.reloaded(at: entry.at)
        gateway.events.post(.reloaded(generation: next.id))
        notePromptsServed()
        let findings = built.diagnostics + Reloader.restartsNeeded(started, next.configuration)
        log.info(
            "configuration reloaded",
            ["generation": .string(next.id), "before": .string(before.id), "warnings": .integer(findings.count)])
        return Outcome(generation: next.id, isReplaced: true, diagnostics: findings)
    }

    /// Does what blocks off the event loops, and off the pool that tasks share.
    func aside<Value: Sendable>(_ work: @escaping @Sendable (GenerationBuilder) -> Value) async -> Value {
        let builder = builder
        return await lane.run { work(builder) }
    }

    /// The commit that is to be served now; a repository on another machine is asked for what is new.
    ///
    /// It takes no turn: whoever turns a label back must not wait for another machine.
    func look() async -> Result<String?, GitFailure> {
        let (builder, configuration) = (builder, gateway.generations.current.configuration)
        return await fetching.run {
            Result { () throws(GitFailure) in try builder.head(ofPromptsIn: configuration) }
        }
    }

    // MARK: Turns

    /// Who waits: an actor's methods interleave where they wait, and two reloads must not.
    private struct Turns {
        var isTaken = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    func takeTurn() async {
        guard turns.isTaken else {
            turns.isTaken = true
            return
        }
        await withCheckedContinuation { turns.waiting.append($0) }
    }

    func endTurn() {
        if turns.waiting.isEmpty {
            turns.isTaken = false
        } else {
            turns.waiting.removeFirst().resume()
        }
    }

    /// The log has the first error as the reason; the outcome has all findings.
    private func refused(_ before: Generation, _ findings: [Diagnostic]) -> Outcome {
        let reason = findings.first { $0.severity == .error }?.description ?? ""
        gateway.metrics.reloadRefused()
        gateway.events.post(.reloadRefused(reason: reason))
        log.error(
            "configuration not reloaded; the generation before serves on",
            ["generation": .string(before.id), "reason": .string(reason)])
        return Outcome(generation: before.id, isReplaced: false, diagnostics: findings)
    }

    /// What only a start can change.
    private static func restartsNeeded(_ old: Configuration, _ new: Configuration) -> [Diagnostic] {
        var keys: [String] = []
        if old.listen != new.listen { keys.append("listen") }
        if old.admin.listen != new.admin.listen { keys.append("admin.listen") }
        if old.ledger != new.ledger { keys.append("ledger") }
        if old.threads != new.threads { keys.append("threads") }
        if old.limits != new.limits { keys.append("limits") }
        if old.log != new.log { keys.append("log") }
        return keys.map {
            Diagnostic(
                severity: .warning, file: new.file, line: 0, column: 0,
                message: "\($0) is not what the gateway was started with; it takes effect when it is started anew")
        }
    }
}

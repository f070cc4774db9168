import CivilTime
package import Gateway
import Inference
package import Ledger
import PluginKit
import Prompts
import Telemetry

extension Reloader {
    /// What a look at the repository of prompts came to.
    package struct SyncOutcome: Sendable {
        package enum Result: String, Sendable { case changed, unchanged, failed }

        package var result: Result
        package var generation: Generation
        package var changes = PromptChanges()
        /// What is wrong, and what to know.
        package var diagnostics: [Diagnostic] = []
    }

    /// Serves the prompts as they are at the ref now, under the configuration that is served already.
    ///
    /// When anything is wrong with them, the prompts before serve on, and `/readyz`, the metrics and the log say so.
    /// - Parameters:
    ///   - actor: who asked, for the audit trail.
    ///   - isForced: reads them even when the ref has not moved.
    package func syncPrompts(by actor: String, isForced: Bool) async -> SyncOutcome {
        let found = await look()
        await takeTurn()
        defer { endTurn() }
        let before = gateway.generations.current
        switch found {
        case .failure(let error): return failed(before, [Diagnostic(message: error.description)])
        case .success(let head) where !isForced && head == before.prompts.commit:
            if gateway.promptSync.note(nil) { log.info("prompts: the repository can be read again") }
            gateway.metrics.promptsSynced("unchanged")
            return SyncOutcome(result: .unchanged, generation: before)
        case .success: break
        }
        let built = await aside { $0.rebuild(promptsOf: before) }
        guard let next = built.generation else { return failed(before, built.diagnostics) }
        let changes = PromptChanges(from: before.prompts, to: next.prompts)
        do throws(LedgerError) {
            try await remember(next.prompts)
            if next.id != before.id {
                try await note("prompts.sync", next.prompts.commit ?? next.id, changes.description, by: actor)
            }
        } catch {
            return failed(before, built.diagnostics + [Diagnostic(message: error.message)])
        }
        gateway.generations.replace(with: next)
        notePromptsServed()
        if next.id != before.id {
            gateway.events.post(.reloaded(generation: next.id))
            log.info(
                "prompts changed",
                [
                    "generation": .string(next.id), "commit": .string(next.prompts.commit ?? ""),
                    "changes": .string(changes.description),
                ])
        }
        await clearAgreedOverrides()
        let result: SyncOutcome.Result = next.id == before.id ? .unchanged : .changed
        gateway.metrics.promptsSynced(result.rawValue)
        return SyncOutcome(
            result: result, generation: gateway.generations.current, changes: changes, diagnostics: built.diagnostics)
    }

    private func failed(_ before: Generation, _ findings: [Diagnostic]) -> SyncOutcome {
        let reason = findings.first { $0.severity == .error }?.description ?? "the prompts cannot be served"
        gateway.metrics.promptsSynced(SyncOutcome.Result.failed.rawValue)
        // A timer would repeat it for as long as it is so.
        if gateway.promptSync.note(reason) {
            gateway.events.post(.reloadRefused(reason: reason))
            log.error(
                "the newest prompts cannot be served; those before serve on",
                ["generation": .string(before.id), "reason": .string(reason)])
        }
        return SyncOutcome(result: .failed, generation: before, diagnostics: findings)
    }

    func notePromptsServed() {
        if gateway.promptSync.note(nil) { log.info("prompts: the newest are served again") }
    }

    /// Writes down what each version means, before it is served.
    func remember(_ prompts: PromptLibrary) async throws(LedgerError) {
        try await gateway.rememberPrompts(prompts)
    }

    private func note(_ action: String, _ subject: String, _ detail: String, by actor: String) async throws(LedgerError)
    {
        try await gateway.ledger.audit(
            AuditEntry(at: Clock.utcMilliseconds(), actor: actor, action: action, subject: subject, detail: detail))
    }

    // MARK: Overrides

    /// Turns a label to another version from the next request on, until git says the same or somebody clears it.
    ///
    /// Errors: 404 when there is no such version, 422 when there is no such label; those of the ledger.
    package func overrideLabel(
        _ label: String, of name: String, version: String, reason: String, by actor: String
    ) async throws -> PromptOverrideRow {
        await takeTurn()
        defer { endTurn() }
        let generation = gateway.generations.current
        let prompts = generation.prompts
        let record = try prompts.version("\(name)@\(version)")
        let models = ModelCheck(among: Set(generation.models.keys))
        if let reason = models.reason(try prompts.resolve("\(name)@\(version)")) {
            throw GatewayError(422, "model_not_found", "calls of it would be refused: \(reason)", param: "version")
        }
        let labels = prompts.allLabels
        guard labels.contains(label) else {
            let known = labels.isEmpty ? "none" : labels.joined(separator: ", ")
            throw GatewayError(
                422, "prompt_label_not_found",
                "there is no label '\(label)' that could be turned; there are: \(known). The file"
                    + " prompts/labels/\(label).yaml would declare it", param: "label")
        }
        let row = PromptOverrideRow(
            name: name, label: label, version: record.version ?? version, digest: record.digest, by: actor,
            reason: reason,
            at: Clock.utcMilliseconds())
        try await note(
            "prompts.override", "\(name)@\(label)", "version=\(row.version) digest=\(row.digest) reason=\(reason)",
            by: actor)
        try await gateway.ledger.setPromptOverride(row)
        try await applyOverrides()
        log.warning(
            "a label of a prompt was turned at run time; git says otherwise",
            [
                "prompt": .string(name), "label": .string(label), "version": .string(row.version), "by": .string(actor),
                "reason": .string(reason),
            ])
        return row
    }

    /// Gives a label back to its file. Nobody having turned it is `missing`.
    package func clearOverride(_ label: String, of name: String, by actor: String) async throws {
        await takeTurn()
        defer { endTurn() }
        try await clear(label, name, by: actor)
        try await applyOverrides()
    }

    private func clear(_ label: String, _ name: String, by actor: String) async throws(LedgerError) {
        try await note("prompts.override.clear", "\(name)@\(label)", "", by: actor)
        try await gateway.ledger.clearPromptOverride(
            name: name, label: label, by: actor, at: Clock.utcMilliseconds())
    }

    private func clearAgreedOverrides() async {
        let prompts = gateway.generations.current.prompts
        var isChanged = false
        for override in prompts.overrides {
            let fields: KeyValuePairs<StaticString, LogValue> = [
                "prompt": .string(override.name), "label": .string(override.label),
                "version": .string(override.version),
            ]
            guard prompts.agrees(with: override) else {
                log.warning("a label of a prompt is turned at run time, and git says otherwise", fields)
                continue
            }
            do {
                try await clear(override.label, override.name, by: "git")
                isChanged = true
                log.info("git says what a label was turned to; the override is cleared", fields)
            } catch {
                log.error("an override that git agrees with cannot be cleared", ["reason": .string(error.message)])
            }
        }
        if isChanged { try? await applyOverrides() }
    }

    /// The next request sees them.
    private func applyOverrides() async throws(LedgerError) {
        let before = gateway.generations.current
        let next = await aside { builder in
            Result { () throws(LedgerError) in
                let rows = try LedgerReader.open(before.configuration.ledger.path).promptOverrides()
                let overrides = rows.map {
                    PromptOverride($0)
                }
                return builder.overridden(before, by: overrides)
            }
        }
        gateway.generations.replace(with: try next.get())
    }
}

extension Diagnostic {
    fileprivate init(message: String) {
        self.init(severity: .error, file: "prompts", line: 0, column: 0, message: message)
    }
}

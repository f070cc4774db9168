import CivilTime
package import Ledger
package import Prompts
package import Synchronization
package import Telemetry

/// What all event loops share: the ledger, the running generation, the keys, and the counts of what is under way.
///
/// `Sendable`, and checked: constants, atomics, and parts that guard themselves.
package final class LLMGateway: Sendable {
    /// Of the program, by Semantic Versioning.
    package static let version = "0.1.0"

    package let ledger: LedgerWriter
    package let generations: GenerationStore
    package let keys = KeyTable()
    package let metrics: GatewayMetrics
    /// What plugins are told of beside the requests.
    package let events = EventQueue()
    package let promptSync = PromptSync()
    /// Requests that leave no row.
    package let refusals: RefusalWatch
    let log: GatewayLog
    /// Answers that are kept for repeated requests; nil in programs that keep none.
    package let content: ContentStore?
    /// The key with which users' ids are hashed: one for each installation, so that hashes of two cannot be joined.
    let unitKey: [UInt8]

    /// Requests whose handler is at work.
    package let inFlight = Atomic<Int>(0)
    /// Upstream calls that go on although their client has left.
    let drains = Atomic<Int>(0)
    /// Bytes of requests in work, and of whole answers.
    let buffered = Atomic<Int>(0)
    /// New requests should go elsewhere: the process is about to end.
    package let isDraining = Atomic<Bool>(false)
    /// The upstream calls under way were ended, and no other is begun.
    let isCancelling = Atomic<Bool>(false)

    package init(
        ledger: LedgerWriter, generation: Generation, log: Log, unitKey: [UInt8], content: ContentStore? = nil
    ) {
        self.ledger = ledger
        self.content = content
        generations = GenerationStore(generation)
        metrics = GatewayMetrics()
        self.log = GatewayLog(log)
        refusals = RefusalWatch(metrics, self.log)
        self.unitKey = unitKey
    }

    /// Reads the keys anew. From the next request on a revoked one is refused.
    package func reloadKeys() async throws(LedgerError) {
        keys.replace(with: try await ledger.allKeys())
    }

    /// Writes down what each version means. One that meant something else before is a `conflict`.
    package func rememberPrompts(_ prompts: PromptLibrary) async throws(LedgerError) {
        let rows = prompts.registryRows
        guard !rows.isEmpty else { return }
        try await ledger.importPromptVersions(rows, at: Clock.utcMilliseconds())
    }
}

extension PromptLibrary {
    /// What the ledger shall remember of it: versions that are in git, and those of a folder that nobody works on.
    var registryRows: [PromptVersionRow] {
        released.compactMap { record in
            guard record.origin != nil || !allowsUnreleased else { return nil }
            let commit = record.origin?.commit
            return PromptVersionRow(
                name: record.name, version: record.version ?? "", digest: record.digest, commit: commit?.id,
                blob: record.origin?.blob, author: commit?.author,
                created: commit?.date.multipliedReportingOverflow(by: 1000).partialValue)
        }
    }
}

import Synchronization

/// The only truth about money: holds, settlements, periods, keys, feedback and assignments in one SQLite file.
///
/// One thread writes. It takes everything that is queued into one transaction and answers after the commit, so what
/// `admit` and `settle` return is durable. All methods may be called from any thread.
package final class LedgerWriter: Sendable {
    let inbox: Inbox
    let status: WriterStatus
    let keyChanges = Atomic(0)
    let variants = Mutex<[AssignmentKey: String]>([:])

    /// Takes the lock, opens or makes the file, settles what an earlier process left open, and starts the writer.
    ///
    /// The file is made 0600 and its folder 0700. A newer schema, a damaged file, or another writer is an error.
    package static func open(_ path: String, options: LedgerOptions = LedgerOptions()) throws(LedgerError)
        -> LedgerWriter
    {
        try LedgerFile.makeFolder(of: path)
        let lock = try FileLock(for: path)
        let connection = try LedgerFile.open(path, options: options)
        let inbox = try Inbox(recordLimit: options.queuedRecords)
        let status = WriterStatus()
        let writer: Writer
        do {
            writer = try Writer(connection, lock: lock, options: options, inbox: inbox, status: status)
        } catch {
            throw LedgerError(error, path: path)
        }
        try startThread { writer.run() }
        return LedgerWriter(inbox, status)
    }

    private init(_ inbox: Inbox, _ status: WriterStatus) {
        self.inbox = inbox
        self.status = status
    }

    /// A ledger that is let go of stops as if it had been closed, but nobody waits for it.
    deinit { _ = inbox.push(.close(nil)) }

    /// How many holds of an earlier process were charged as presumed at the start.
    package var recovered: Int { status.recovered.load(ordering: .relaxed) }

    package var health: LedgerHealth { status.health }

    package var statistics: LedgerStatistics {
        LedgerStatistics(
            commits: status.commits.load(ordering: .relaxed), violations: status.violations.load(ordering: .relaxed),
            openHolds: status.openHolds.load(ordering: .relaxed), waiting: status.waiting.load(ordering: .relaxed),
            droppedRecords: inbox.dropped.load(ordering: .relaxed), processorTime: status.processorTime)
    }

    /// Grows with each change of a key: a table of keys that was read at another number is stale.
    package var keysVersion: Int { keyChanges.load(ordering: .acquiring) }

    /// Holds the bound of an attempt on all its budget lines, or on none; durable when it returns `held`.
    ///
    /// Waits in turn when only holds are in the way. Cancelling the task ends the wait and holds nothing.
    package func admit(_ hold: HoldRequest) async -> AdmitResult {
        let withdrawal = Withdrawal()
        return await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                let job = AdmitJob(hold, withdrawal, continuation)
                if let refusal = inbox.push(.admit(job)) { job.answer(.unavailable(refusal)) }
            }
        } onCancel: {
            withdrawal.withdraw()
            _ = inbox.push(.lookAgain)
        }
    }

    /// Makes an attempt's hold larger on all its lines, or final when one has no room; durable when it returns.
    ///
    /// Never waits for room, and goes before those who do: their calls have not begun.
    package func extend(_ extension: HoldExtension) async -> ExtendResult {
        await withUnsafeContinuation { continuation in
            let job = ExtendJob(`extension`, continuation)
            if let refusal = inbox.push(.extend(job)) { job.answer(.unavailable(refusal)) }
        }
    }

    /// Settles an attempt exactly once; durable when it returns. A repetition changes nothing and is no error.
    ///
    /// When the commit is late, as on a full disk, the error says so; the settlement itself stays queued and is tried
    /// until it is written.
    ///
    /// - Parameter closing: the request's own row, written in the same transaction.
    @discardableResult
    package func settle(_ end: AttemptEnd, closing: RequestEnd? = nil) async throws(LedgerError) -> SettleResult {
        let result: Result<SettleResult, LedgerError> = await withUnsafeContinuation { continuation in
            let job = SettleJob(end, closing, continuation)
            if let refusal = inbox.push(.settle(job)) { job.answer(.failure(refusal)) }
        }
        return try result.get()
    }

    /// Queues the row of a request that ends without a settlement, and does not wait for it.
    ///
    /// Its attempts, if it had any, must be settled before. The row of one that had none is dropped when too many are queued.
    package func record(_ request: RequestEnd) { _ = inbox.push(.record(request)) }

    /// Writes what is queued, marks a clean stop, and gives the file and its lock back. Later calls fail with `closed`.
    package func close() async {
        await withUnsafeContinuation { continuation in
            if inbox.push(.close(continuation)) != nil { continuation.resume() }
        }
    }
}

/// Figures of the writer since its start.
package struct LedgerStatistics: Sendable, Hashable {
    package var commits: Int
    /// Charges above their hold.
    package var violations: Int
    package var openHolds: Int
    /// Attempts that wait for holds to come back.
    package var waiting: Int
    /// Rows of refused requests that were dropped because the queue was full.
    package var droppedRecords: Int
    /// Of the writer's thread, in nanoseconds.
    package var processorTime: Int64
}

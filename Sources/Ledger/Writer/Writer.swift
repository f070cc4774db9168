import CSQLite
import Glibc
import Inference
import Synchronization

/// Everything that the writer's thread owns. Made by ``LedgerWriter/open(_:options:)``, then never seen by another thread.
///
///     take what is queued ─▶ BEGIN ─▶ each job ─▶ waiting line ─▶ periods ─▶ COMMIT ─▶ answers
///                              └───────── failure: ROLLBACK, forget, refuse or keep ──────┘
final class Writer {
    /// The most jobs of a transaction: enough to share its cost, few enough to answer soon.
    static let batchLimit = 256

    let connection: Connection
    let path: String
    let options: LedgerOptions
    let inbox: Inbox
    let status: WriterStatus
    let periods: PeriodBook
    let rollups: RollupBook
    let identities: IdentityBook
    let rates: FXTable
    var attempts: AttemptTable
    let requests: RequestTable
    let epoch: Epoch
    let alerts: AlertBook
    let idempotency: IdempotencyTable
    let retention: Retention?
    var open: [AttemptKey: OpenHold] = [:]
    var waiting = WaitingLine()
    /// Settlements and rows whose commit failed; they go first in the next batch.
    var kept: [Kept] = []
    var reserve: Reserve
    var skew: Skew
    /// What to answer once the batch is durable.
    var answers: [Answer] = []
    /// How to undo the batch's changes of `open`.
    var undo: [(AttemptKey, OpenHold?)] = []
    /// Monotonic; the next time that a failing ledger is tried.
    var retryAt: Int64 = 0
    /// The last failure was a full disk.
    var isFull = false
    var hasBegun = false
    /// Something happened that may let somebody in the waiting line go.
    var mayAdmit = false
    private let lock: LockBox
    private let checkpointer: Checkpointer

    init(
        _ connection: Connection, lock: consuming FileLock, options: LedgerOptions, inbox: Inbox, status: WriterStatus
    ) throws(SQLiteError) {
        self.connection = connection
        path = connection.path
        self.options = options
        self.inbox = inbox
        self.status = status
        self.lock = LockBox(lock)
        try connection.execute("BEGIN IMMEDIATE")
        status.recovered.store(try Recovery.run(connection), ordering: .relaxed)
        epoch = try Epoch(connection, at: utcMilliseconds())
        try connection.execute("COMMIT")
        periods = try PeriodBook(connection)
        rollups = try RollupBook(connection)
        identities = try IdentityBook(connection)
        rates = try FXTable(connection)
        attempts = try AttemptTable(connection)
        requests = try RequestTable(connection)
        skew = try Skew(connection)
        alerts = AlertBook(connection)
        idempotency = try IdempotencyTable(connection)
        retention = try Retention(connection, options.retention)
        reserve = Reserve(for: connection.path, bytes: options.reserve)
        checkpointer = Checkpointer(connection, busyTimeout: options.busyTimeout)
        _ = reserve.hold()
    }

    /// The thread's whole life.
    func run() {
        status.begin()
        var queued: [Job] = []
        var closing: [UnsafeContinuation<Void, Never>?] = []
        while closing.isEmpty || !kept.isEmpty || !queued.isEmpty {
            queued.removeAll(keepingCapacity: true)
            inbox.take(&queued, timeout: closing.isEmpty ? pause() : kept.isEmpty ? 0 : 50)
            for start in stride(from: 0, to: max(1, queued.count), by: Writer.batchLimit) {
                let batch = queued[start..<min(queued.count, start + Writer.batchLimit)]
                for case .close(let continuation) in batch { closing.append(continuation) }
                process(batch)
                guard !status.isFatal else { return finish(closing, queued[batch.endIndex...]) }
            }
            if closing.isEmpty { retain() }
            guard !status.isFatal else { return finish(closing, []) }
            if !closing.isEmpty && !kept.isEmpty && isPastClosingPatience { break }
        }
        stop()
        finish(closing, [])
    }

    /// Runs one batch, in one transaction if it writes at all.
    private func process(_ batch: ArraySlice<Job>) {
        guard !status.isUnavailable || mayTryAgain() else { return refuse(batch) }
        do {
            try apply(batch)
        } catch let error as SQLiteError {
            fail(error, batch)
        } catch {
            fail(.failed("\(error)"), batch)
        }
        guard connection.isIdle, !status.isUnavailable else { return }
        do {
            try checkpointer.run(isIdle: batch.isEmpty)
        } catch {
            fail(error, [])  // the batch itself is durable and answered
        }
    }

    private func apply(_ batch: ArraySlice<Job>) throws {
        if status.isUnavailable { try probe() }
        for kept in kept { try apply(kept) }
        for job in batch {
            switch job {
            case .admit(let job): if let failure = status.unavailable { refuse(job, failure) } else { try admit(job) }
            case .extend(let job):
                if let failure = status.unavailable { refuse(.extend(job), failure) } else { try extend(job) }
            case .settle(let job): try settle(job)
            case .record(let end): try record(end)
            case .write(let job): try write(job)
            case .lookAgain: mayAdmit = true
            case .direct, .close: break
            }
        }
        try retryWaiting()
        try commit()
        for case .direct(let body) in batch { body(self) }
        recovered()
    }

    /// Opens the transaction with the first write.
    func begin() throws(SQLiteError) {
        guard !hasBegun else { return }
        try connection.execute("BEGIN IMMEDIATE")
        hasBegun = true
    }

    /// Makes the batch durable, then answers.
    private func commit() throws(SQLiteError) {
        if hasBegun {
            try periods.flush()
            try rollups.flush()
            try connection.execute("COMMIT")
            hasBegun = false
            status.commits.add(1, ordering: .relaxed)
        }
        kept.removeAll()
        undo.removeAll(keepingCapacity: true)
        status.openHolds.store(open.count, ordering: .relaxed)
        status.waiting.store(waiting.places.count, ordering: .relaxed)
        for answer in answers { answer.deliver() }
        answers.removeAll(keepingCapacity: true)
        if alerts.takeWritten() { options.onAlert?() }
    }

    /// Milliseconds until there is something to do without being asked; negative for never.
    private func pause() -> CInt {
        var next = waiting.earliestDeadline ?? .max
        if status.isUnavailable || !kept.isEmpty {
            let now = monotonicNanoseconds()
            let untold = kept.lazy.map(\.deadline).filter { $0 > now }.min() ?? .max
            next = min(next, retryAt, untold)
        } else {
            next = min(next, retention?.dueAt ?? .max)
        }
        guard next != .max else { return checkpointer.wantsIdleTime ? 1_000 : -1 }
        return CInt(clamping: max(0, (next - monotonicNanoseconds()) / 1_000_000 + 1))
    }

    private func stop() {
        let closed = LedgerError(.closed, "\(path): the ledger is closed")
        failWaiting(closed)
        for kept in kept { if case .settle(let job) = kept.content { job.answer(.failure(closed)) } }
        if open.isEmpty, kept.isEmpty { try? epoch.stop(at: utcMilliseconds()) }
        try? checkpointer.truncate()
        reserve.release()
    }

    /// Refuses all that comes from now on, and gives the lock back.
    private func finish(_ closing: [UnsafeContinuation<Void, Never>?], _ rest: ArraySlice<Job>) {
        let end = status.fatalError ?? LedgerError(.closed, "\(path): the ledger is closed")
        var late: [UnsafeContinuation<Void, Never>?] = []
        for job in rest + inbox.end(end) {
            if case .close(let continuation) = job { late.append(continuation) } else { refuse(job, end) }
        }
        connection.close()
        lock.release()
        for continuation in closing + late { continuation?.resume() }
    }
}

/// Holds the lock until it is let go.
private final class LockBox {
    private var lock: FileLock?

    init(_ lock: consuming FileLock) { self.lock = consume lock }

    func release() { lock = nil }
}

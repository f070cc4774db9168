import CSQLite
import Inference
import Synchronization

/// A settlement or row whose commit failed: it must reach the file, so it is tried until it does.
struct Kept {
    enum Content {
        case settle(SettleJob)
        case record(RequestEnd)
    }

    var content: Content
    /// Monotonic; when a settlement's caller is told that it is late.
    var deadline: Int64
}

/// What happens when a transaction fails.
///
/// Nothing of it happened: holds are refused, settlements and rows are kept and tried again, and health says why.
/// After a failed write or fsync nobody knows what the disk holds: then everything is refused and the program ends.
extension Writer {
    private static let retryAfter: Int64 = 100_000_000

    func fail(_ error: SQLiteError, _ batch: ArraySlice<Job>) {
        undoBatch()
        let failure = LedgerError(error, path: path)
        guard failure.kind == .unavailable else { return giveUp(failure, batch) }
        isFull = error.primary == SQLITE_FULL
        // What the reserve gives up is for the settlements that have just failed: they are tried again at once.
        let hasMore = isFull && reserve.isHeld
        if isFull { reserve.release() }
        retryAt = monotonicNanoseconds() + (hasMore ? 0 : Writer.retryAfter)
        status.setUnavailable(failure)
        sqlite3_busy_timeout(connection.handle, 50)
        failWaiting(failure)
        keep(batch, failure)
        tellTheLate()
    }

    /// Refuses or keeps the jobs of a moment in which nothing is tried.
    func refuse(_ batch: ArraySlice<Job>) {
        guard let failure = status.unavailable else { return }
        let settled = kept.count
        keep(batch, failure)
        // On a full disk what the reserve gave up is there for settlements: one that has just come need not wait.
        if isFull, kept.count > settled { retryAt = monotonicNanoseconds() }
        tellTheLate()
    }

    func refuse(_ job: AdmitJob, _ error: LedgerError) { job.answer(.unavailable(error)) }

    func refuse(_ job: Job, _ error: LedgerError) {
        switch job {
        case .admit(let job): refuse(job, error)
        case .extend(let job): job.answer(.unavailable(error))
        case .settle(let job): job.answer(.failure(error))
        case .write(let job): job.fail(error)
        case .direct(let body): body(self)
        case .record: inbox.dropped.add(1, ordering: .relaxed)
        case .lookAgain, .close: break
        }
    }

    func failWaiting(_ error: LedgerError) {
        for place in waiting.places { refuse(place.job, error) }
        waiting = WaitingLine()
    }

    func apply(_ kept: Kept) throws(SQLiteError) {
        switch kept.content {
        case .settle(let job): try settle(job)
        case .record(let end): try record(end)
        }
    }

    /// Whether the file is tried again now. On a full disk what the reserve gave up is for settlements alone.
    func mayTryAgain() -> Bool {
        guard monotonicNanoseconds() >= retryAt else { return false }
        if kept.isEmpty, !reserve.isHeld, !reserve.hold() {
            retryAt = monotonicNanoseconds() + Writer.retryAfter
            return false
        }
        return true
    }

    /// A write that a healthy file takes, and a full or locked one refuses.
    func probe() throws(SQLiteError) {
        try begin()
        try connection.execute("UPDATE meta SET value=value+1 WHERE name='probe'")
    }

    /// The batch was committed: if the ledger was unavailable, it is well again once there is space in reserve.
    func recovered() {
        guard status.isUnavailable else { return }
        guard reserve.isHeld || reserve.hold() else {
            retryAt = monotonicNanoseconds() + Writer.retryAfter
            return
        }
        sqlite3_busy_timeout(connection.handle, Int32(clamping: options.busyTimeout.nanoseconds / 1_000_000))
        status.setHealthy()
    }

    var isPastClosingPatience: Bool {
        guard let oldest = kept.map(\.deadline).min() else { return false }
        return oldest < monotonicNanoseconds()
    }

    private func undoBatch() {
        connection.rollback()
        hasBegun = false
        for (key, hold) in undo.reversed() { open[key] = hold }
        undo.removeAll()
        periods.forget()
        rollups.forget()
        identities.forget()
        rates.forget()
        skew.forget()
        alerts.forget()
    }

    /// The batch's answers are void; those who had waited for theirs are in no batch.
    private func refuseAnswered(_ failure: LedgerError) {
        for answer in answers {
            switch answer {
            case .admit(let job, _): job.answer(.unavailable(failure))
            case .extend(let job, _): job.answer(.unavailable(failure))
            case .settle, .write: break
            }
        }
        answers.removeAll()
    }

    private func keep(_ batch: ArraySlice<Job>, _ failure: LedgerError) {
        refuseAnswered(failure)
        let wait = isFull ? min(options.settlementWait, options.fullWait) : options.settlementWait
        let deadline = monotonicNanoseconds().addingClamped(wait.nanoseconds)
        for job in batch {
            switch job {
            case .settle(let job): kept.append(Kept(content: .settle(job), deadline: deadline))
            case .record(let end) where kept.count < options.queuedRecords:
                kept.append(Kept(content: .record(end), deadline: deadline))
            default: refuse(job, failure)
            }
        }
    }

    private func tellTheLate() {
        guard let failure = status.unavailable else { return }
        let now = monotonicNanoseconds()
        for case let kept in kept where kept.deadline <= now {
            if case .settle(let job) = kept.content { job.answer(.failure(failure)) }
        }
    }

    private func giveUp(_ failure: LedgerError, _ batch: ArraySlice<Job>) {
        let fatal = LedgerError(.fatal, failure.message)
        status.setFatal(fatal)
        failWaiting(fatal)
        refuseAnswered(fatal)
        for case let kept in kept { if case .settle(let job) = kept.content { job.answer(.failure(fatal)) } }
        for job in batch { refuse(job, fatal) }
        options.onFatal?(fatal)
    }
}

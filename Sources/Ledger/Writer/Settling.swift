import CSQLite
import Inference
import Synchronization

/// Settlement: exactly once, with the request's row in the same transaction.
extension Writer {
    func settle(_ job: SettleJob) throws(SQLiteError) {
        let key = AttemptKey(request: job.end.request, attempt: job.end.attempt)
        try begin()
        guard let hold = open[key] else { return try repeated(job, key) }
        let charge = AttemptCharge(job.end.settlement, of: hold)
        try attempts.close(job.end, hold, charge, closing: job.closing)
        let figures = RollupFigures.attempt(
            superseded: hold.isSuperseded, isPresumed: job.end.settlement.basis == .presumed, cost: charge.cost,
            usage: job.end.settlement.usage.bounded)
        rollups.add(figures, to: RollupKey(at: hold.admittedAt, identity: hold.identity))
        for (line, posted) in zip(hold.lines, charge.lines) {
            try periods.change(line.period) { period in
                switch job.end.settlement.basis {
                case .reported, .counted: period.post(posted, of: line.held)
                case .presumed: period.presume(line.held)
                case .notBilled: period.void(line.held)
                }
            }
            if !line.alerts.isEmpty { try alerts.note(line.alerts, of: line.period, try periods[line.period]) }
        }
        if let closing = job.closing { try noteExhausted(closing) }
        mayAdmit = true
        undo.append((key, hold))
        open[key] = nil
        if charge.violation { status.violations.add(1, ordering: .relaxed) }
        answers.append(.settle(job, .success(try result(charge, hold))))
    }

    private func result(_ charge: AttemptCharge, _ hold: OpenHold) throws(SQLiteError) -> SettleResult {
        let currency = hold.bound?.currency ?? .usd
        return SettleResult(
            applied: true, cost: charge.cost.map { Money(nano: $0, currency) },
            periods: try periods.states(hold.lines.map(\.period)),
            violation: charge.violation)
    }

    /// An attempt that is not open: settled before, which is fine, or never held.
    private func repeated(_ job: SettleJob, _ key: AttemptKey) throws(SQLiteError) {
        guard try attempts.isSettled(key) else {
            let error = LedgerError(.missing, "\(key.request) attempt \(key.attempt) has no hold: admit comes first")
            return answers.append(.settle(job, .failure(error)))
        }
        if let closing = job.closing { try record(closing) }
        let nothing = SettleResult(applied: false, cost: nil, periods: [], violation: false)
        answers.append(.settle(job, .success(nothing)))
    }

    /// Writes the row of a request whose attempts, if any, are settled.
    func record(_ end: RequestEnd) throws(SQLiteError) {
        try begin()
        try noteExhausted(end)
        if try requests.close(end) { return }
        let entry = IdentityBook.Entry(call: end.identity, isFree: false)
        try skew.note(end.startedAt, of: end.request)
        let identity = try identities.id(of: entry)
        guard try requests.insert(end, identity: identity) else { return }
        rollups.add(.refusal, to: RollupKey(at: end.startedAt, identity: identity))
    }

    /// Tells of the budgets that had no room for a request, in the transaction of its row.
    private func noteExhausted(_ end: RequestEnd) throws(SQLiteError) {
        for line in end.exhausted {
            guard let period = try periods.known(line) else { continue }
            try alerts.noteExhausted(period, try periods[period], needing: line.nano)
        }
    }

    /// Runs a small write; its own failure is its own, the batch goes on.
    func write(_ job: WriteJob) throws {
        try begin()
        periods.markChanges()
        rollups.markChanges()
        do {
            let done = try connection.savepoint { try job.body(self) }
            periods.keepChanges()
            answers.append(.write(job, done))
        } catch let error as LedgerError {
            takeBack()
            answers.append(.write(job) { job.fail(error) })
        } catch let error as SQLiteError where error.primary == SQLITE_CONSTRAINT {
            takeBack()
            let refusal = LedgerError(error, path: path)
            answers.append(.write(job) { job.fail(refusal) })
        }
    }

    private func takeBack() {
        periods.takeBack()
        rollups.takeBack()
    }
}

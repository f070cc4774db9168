import CSQLite
import Inference

/// Removes rows that have outlived their time, in steps that nobody waits for long.
///
/// A step is one small transaction between the batches, and steps take at most a twentieth of the writer's time. What
/// the rows add up to stays: in the roll-ups, and in the `archived` columns of their periods. Freed pages are used anew.
final class Retention {
    private static let between: Int64 = 3_600_000_000_000
    private static let afterFailure: Int64 = 60_000_000_000

    private let connection: Connection
    private let wish: LedgerRetention
    private let statements: RetentionStatements
    private var parts: [Part] = []
    /// Where the part that runs has come to.
    private var cursor = Cursor()
    /// Rows looked at in a step; fewer after one that was slow.
    private var size: Int64 = 100
    /// Monotonic nanoseconds.
    private(set) var dueAt: Int64

    private enum Part: CaseIterable { case attempts, refused, feedback, idempotency }

    private struct Cursor {
        var request = RequestID(high: 0, low: 0)
        var feedback = ""
    }

    init?(_ connection: Connection, _ wish: LedgerRetention) throws(SQLiteError) {
        guard !wish.isEndless else { return nil }
        self.connection = connection
        self.wish = wish
        statements = try RetentionStatements(connection)
        dueAt = monotonicNanoseconds()
    }

    /// Removes some rows, outside of a transaction.
    ///
    /// - Parameter now: UTC milliseconds.
    func step(now: Int64) throws(SQLiteError) {
        let start = monotonicNanoseconds()
        if parts.isEmpty { parts = Part.allCases }
        try connection.execute("BEGIN IMMEDIATE")
        do {
            if try runPart(now) {
                parts.removeLast()
                cursor = Cursor()
            }
            try connection.execute("COMMIT")
        } catch {
            connection.rollback()
            dueAt = monotonicNanoseconds().addingClamped(Retention.afterFailure)
            throw error
        }
        let took = monotonicNanoseconds() - start
        size = took > 5_000_000 ? max(10, size / 2) : took < 2_000_000 ? min(500, size * 2) : size
        let pause = parts.isEmpty ? Retention.between : max(20_000_000, took.multipliedReportingOverflow(by: 19).0)
        dueAt = monotonicNanoseconds().addingClamped(pause)
    }

    /// Returns whether nothing is left to do.
    private func runPart(_ now: Int64) throws(SQLiteError) -> Bool {
        switch parts.last {
        case .attempts: try removeAttempts(now)
        case .refused: try removeRefused(now)
        case .feedback: try removeFeedback(now)
        case .idempotency: try removeIdempotency(now)
        case nil: true
        }
    }

    /// The moment before which rows go, at the beginning of a slot.
    private func cutoff(_ kept: Duration?, _ now: Int64) -> Int64? {
        guard let kept else { return nil }
        let moment = now.addingClamped(-max(0, kept.nanoseconds / 1_000_000))
        return RollupKey.slot(of: moment) * RollupKey.milliseconds
    }

    /// The greatest id that a request before `moment` can have.
    private func lastID(before moment: Int64) throws(SQLiteError) -> RequestID {
        let skew = max(0, try connection.integer("SELECT value FROM meta WHERE name='skew_ms'") ?? 0)
        let last = min(max(0, moment.addingClamped(skew)), 1 << 48 - 1)
        return RequestID(high: UInt64(last) << 16 | 0xFFFF, low: .max)
    }

    private func removeAttempts(_ now: Int64) throws(SQLiteError) -> Bool {
        guard let cutoff = cutoff(wish.attempts, now) else { return true }
        let last = try lastID(before: cutoff)
        let next = try statements.endOfStep(in: .attempt, after: cursor.request, to: last, size)
        try statements.chooseAttempts(after: cursor.request, to: next ?? last, before: cutoff, now: now)
        if try connection.integer("SELECT count(*) FROM temp.removed") ?? 0 > 0 {
            try statements.keptFrom("attempts_kept_from", cutoff)
            try connection.execute(RetentionStatements.removeChosen)
        }
        if let next { cursor.request = next }
        return next == nil
    }

    private func removeRefused(_ now: Int64) throws(SQLiteError) -> Bool {
        guard let cutoff = cutoff(wish.refused, now) else { return true }
        let last = try lastID(before: cutoff)
        let next = try statements.endOfStep(in: .request, after: cursor.request, to: last, size)
        if try statements.removeRefused(after: cursor.request, to: next ?? last, before: cutoff) {
            try statements.keptFrom("refused_kept_from", cutoff)
        }
        if let next { cursor.request = next }
        return next == nil
    }

    private func removeFeedback(_ now: Int64) throws(SQLiteError) -> Bool {
        guard let cutoff = cutoff(wish.feedback, now) else { return true }
        guard let next = try statements.removeFeedback(after: cursor.feedback, size, before: cutoff) else {
            return true
        }
        cursor.feedback = next
        return false
    }

    private func removeIdempotency(_ now: Int64) throws(SQLiteError) -> Bool {
        guard let cutoff = cutoff(wish.idempotency, now) else { return true }
        return try statements.removeIdempotency(size, before: cutoff) < size
    }
}

extension Writer {
    /// Does a step of the retention when one is due and nothing more urgent waits.
    func retain() {
        guard let retention, kept.isEmpty, connection.isIdle, !status.isUnavailable,
            retention.dueAt <= monotonicNanoseconds()
        else { return }
        do throws(SQLiteError) {
            try retention.step(now: utcMilliseconds())
        } catch {
            // A full or locked file is no reason to refuse calls: they find out by themselves, if they must.
            if LedgerError(error, path: path).kind != .unavailable { fail(error, []) }
        }
    }
}

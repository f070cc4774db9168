import Inference

/// The alerts that periods have reached: each share of a limit is written once for what is held, once for what is posted,
/// and once that a call was refused. Another limit is told anew.
final class AlertBook {
    private struct Mark: Hashable {
        var ppm: Int
        var kind: AlertRow.Kind
        var limit: Int64
    }

    private let connection: Connection
    /// What the file has already, of the periods that were looked at.
    private var fired: [Int64: Set<Mark>] = [:]
    private var hasWritten = false

    init(_ connection: Connection) { self.connection = connection }

    /// Writes the alerts that a period has reached and that it did not reach before.
    ///
    /// - Parameter shares: in millionths of the limit, ascending.
    func note(_ shares: [Int], of period: Int64, _ counters: PeriodCounters) throws(SQLiteError) {
        let used = counters.posted.addingClamped(counters.held)
        for ppm in shares {
            guard counters.reaches(ppm, with: used) else { return }
            try fire(Mark(ppm: ppm, kind: .held, limit: counters.limit), of: period, counters)
            guard counters.reaches(ppm, with: counters.posted) else { continue }
            try fire(Mark(ppm: ppm, kind: .posted, limit: counters.limit), of: period, counters)
        }
    }

    /// Writes that a call was refused for which the period had no room.
    ///
    /// - Parameter needed: what the call may have cost.
    func noteExhausted(_ period: Int64, _ counters: PeriodCounters, needing needed: Int64) throws(SQLiteError) {
        try fire(Mark(ppm: 1_000_000, kind: .exhausted, limit: counters.limit), of: period, counters, needed: needed)
    }

    /// Some alerts wait for their delivery again.
    func noteWaiting() { hasWritten = true }

    /// Returns whether alerts were written since it was last asked.
    func takeWritten() -> Bool {
        defer { hasWritten = false }
        return hasWritten
    }

    /// Forgets what a rollback undid; the file is read again.
    func forget() {
        fired.removeAll()
        hasWritten = false
    }

    private func fire(
        _ mark: Mark, of period: Int64, _ counters: PeriodCounters, needed: Int64? = nil
    ) throws(SQLiteError) {
        if fired[period] == nil { fired[period] = try load(period) }
        guard fired[period]?.insert(mark).inserted == true else { return }
        if fired.count > 20_000 { fired.removeAll() }
        let insert = try connection.prepare(
            """
            INSERT OR IGNORE INTO alert(period, ppm, kind, at, limit_nano, posted_nano, held_nano, needed_nano)
            VALUES(?,?,?,?,?,?,?,?)
            """)
        insert.bind(1, period)
        insert.bind(2, mark.ppm)
        insert.bind(3, mark.kind.rawValue)
        insert.bind(4, utcMilliseconds())
        insert.bind(5, counters.limit)
        insert.bind(6, counters.posted)
        insert.bind(7, counters.held)
        insert.bind(8, needed)
        try insert.run()
        if connection.changes == 1 { hasWritten = true }
    }

    private func load(_ period: Int64) throws(SQLiteError) -> Set<Mark> {
        let select = try connection.prepare("SELECT ppm, kind, limit_nano FROM alert WHERE period=?")
        select.bind(1, period)
        var marks: Set<Mark> = []
        while try select.step() {
            guard let kind = AlertRow.Kind(rawValue: select.text(1)) else { continue }
            marks.insert(Mark(ppm: Int(clamping: select.integer(0)), kind: kind, limit: select.integer(2)))
        }
        return marks
    }
}

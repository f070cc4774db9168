import Inference

/// What retention removes, and how.
struct RetentionStatements {
    enum Table: String { case attempt, request }

    private let connection: Connection
    private let choose: Statement
    private let removeRequests: Statement
    private let removeKeys: Statement

    init(_ connection: Connection) throws(SQLiteError) {
        self.connection = connection
        try connection.execute(
            """
            PRAGMA temp_store=MEMORY;
            CREATE TEMP TABLE IF NOT EXISTS removed(request BLOB, attempt INTEGER, PRIMARY KEY(request, attempt))
              WITHOUT ROWID
            """)
        choose = try connection.prepare(
            """
            INSERT INTO temp.removed SELECT request, attempt FROM attempt
            WHERE request>?1 AND request<=?2 AND admitted_at<?3
              AND NOT EXISTS(SELECT 1 FROM hold WHERE hold.request=attempt.request)
              AND NOT EXISTS(SELECT 1 FROM adjustment WHERE adjustment.request=attempt.request
                AND adjustment.attempt=attempt.attempt AND adjustment.currency NOT NULL)
              AND NOT EXISTS(SELECT 1 FROM main.period WHERE period.id=attempt.period AND ends_at>?4)
              AND NOT EXISTS(SELECT 1 FROM line JOIN main.period ON period.id=line.period
                WHERE line.request=attempt.request AND line.attempt=attempt.attempt AND ends_at>?4)
            """)
        removeRequests = try connection.prepare(
            "DELETE FROM request WHERE request>? AND request<=? AND started_at<?")
        removeKeys = try connection.prepare(
            """
            DELETE FROM idempotency WHERE (application, key) IN (SELECT application, key FROM idempotency
              WHERE at<? AND request NOT IN (SELECT request FROM hold) LIMIT ?)
            """)
    }

    /// Returns the id at which a step of `size` rows ends; nil when there are fewer.
    func endOfStep(
        in table: Table, after first: RequestID, to last: RequestID, _ size: Int64
    ) throws(SQLiteError) -> RequestID? {
        let select = try connection.prepare(
            """
            SELECT request FROM \(table.rawValue) WHERE request>? AND request<=? ORDER BY request LIMIT 1 OFFSET ?
            """)
        select.bind(1, first)
        select.bind(2, last)
        select.bind(3, size)
        return try select.step() ? select.requestID(0) : nil
    }

    /// Notes what goes: settled before `moment`, of no request that still runs, and of no period that still does. An
    /// attempt with a correction that no roll-up has stays.
    func chooseAttempts(
        after first: RequestID, to last: RequestID, before moment: Int64, now: Int64
    ) throws(SQLiteError) {
        try connection.execute("DELETE FROM temp.removed")
        choose.bind(1, first)
        choose.bind(2, last)
        choose.bind(3, moment)
        choose.bind(4, now)
        try choose.run()
    }

    /// Adds what the chosen lines have posted to the archive of their periods, and removes them.
    static let removeChosen = """
        UPDATE period SET archived_units=archived_units+sums.units, archived_nanos=archived_nanos+sums.nanos,
          archived_presumed_units=archived_presumed_units+sums.presumed_units,
          archived_presumed_nanos=archived_presumed_nanos+sums.presumed_nanos,
          archived_overrun_units=archived_overrun_units+sums.overrun_units,
          archived_overrun_nanos=archived_overrun_nanos+sums.overrun_nanos
        FROM (SELECT id, sum(posted/1000000000) AS units, sum(posted%1000000000) AS nanos,
            sum(presumed*(posted/1000000000)) AS presumed_units, sum(presumed*(posted%1000000000)) AS presumed_nanos,
            sum(overrun/1000000000) AS overrun_units, sum(overrun%1000000000) AS overrun_nanos
          FROM (SELECT period AS id, posted_nano AS posted, state='presumed' AS presumed,
                iif(state='posted', max(0, posted_nano-held_nano), 0) AS overrun
              FROM temp.removed CROSS JOIN attempt USING(request, attempt) WHERE period NOT NULL
            UNION ALL SELECT line.period, line.posted_nano, state='presumed',
                iif(state='posted', max(0, line.posted_nano-line.held_nano), 0)
              FROM temp.removed CROSS JOIN line USING(request, attempt) CROSS JOIN attempt USING(request, attempt))
          GROUP BY id) AS sums
        WHERE sums.id=period.id;
        DELETE FROM line WHERE (request, attempt) IN (SELECT request, attempt FROM temp.removed);
        DELETE FROM attempt WHERE (request, attempt) IN (SELECT request, attempt FROM temp.removed);
        """

    /// Notes that rows before `moment` may be missing.
    func keptFrom(_ name: String, _ moment: Int64) throws(SQLiteError) {
        let update = try connection.prepare("UPDATE meta SET value=max(value, ?) WHERE name=?")
        update.bind(1, moment)
        update.bind(2, name)
        try update.run()
    }

    /// Returns whether there was something to remove.
    func removeRefused(
        after first: RequestID, to last: RequestID, before moment: Int64
    ) throws(SQLiteError) -> Bool {
        removeRequests.bind(1, first)
        removeRequests.bind(2, last)
        removeRequests.bind(3, moment)
        try removeRequests.run()
        return connection.changes > 0
    }

    /// Looks at `size` judgements after one id, and returns the last of them; nil when there are fewer.
    func removeFeedback(after first: String, _ size: Int64, before moment: Int64) throws(SQLiteError) -> String? {
        let window = try connection.prepare("SELECT id FROM feedback WHERE id>? ORDER BY id LIMIT 1 OFFSET ?")
        window.bind(1, first)
        window.bind(2, size)
        let last = try window.step() ? window.text(0) : nil
        let old = "SELECT id FROM feedback WHERE id>?1 AND (?2 IS NULL OR id<=?2) AND received_at<?3"
        for delete in [
            "DELETE FROM attribution WHERE feedback IN (\(old))", "DELETE FROM feedback WHERE id IN (\(old))",
        ] {
            let statement = try connection.prepare(delete)
            statement.bind(1, first)
            statement.bind(2, last)
            statement.bind(3, moment)
            try statement.run()
        }
        return last
    }

    /// Returns how many names were removed; a request that runs keeps its own.
    func removeIdempotency(_ size: Int64, before moment: Int64) throws(SQLiteError) -> Int64 {
        removeKeys.bind(1, moment)
        removeKeys.bind(2, size)
        try removeKeys.run()
        return Int64(connection.changes)
    }
}

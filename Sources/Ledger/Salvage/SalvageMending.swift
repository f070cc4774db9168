import Inference

/// Makes saved tables fit each other: what names a lost row gets one, or is let go, and counters keep what is spent.
struct SalvageMending {
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    func run(_ report: inout SalvageReport) throws(SQLiteError) {
        for mend in SalvageMending.references {
            try connection.execute(mend.sql)
            // The last statement of each counts.
            if connection.changes > 0 { report.notes.append("\(connection.changes) \(mend.note)") }
        }
        if try connection.integer("SELECT count(*) FROM identity WHERE application='(lost)'") ?? 0 > 0 {
            report.notes.append("calls whose application is lost are shown under the application '(lost)'")
        }
        if report.tables.contains(where: { $0.name == "meta" && ($0.rows == 0 || $0.gaps > 0 || $0.rejected > 0) }) {
            // Reports find rows by their ids: without the known distance to their moments they look at all.
            try connection.execute("UPDATE meta SET value=1<<60 WHERE name='skew_ms'")
            report.notes.append("how far clocks were wrong is lost; reports on single rows are slower")
        }
        try forgetUnderivableCosts(report)
        try forgetUnknownSteps()
        // What is lost of the trail is in the report; from here on it is counted anew.
        try connection.execute("UPDATE meta SET value=(SELECT ifnull(max(n), 0) FROM audit) WHERE name='audit_rows'")
        try mendPeriods(&report)
        try mendRollups(&report)
    }

    /// Without its price, or the mark of the program that charged it, no cost of a call that was saved can be recomputed.
    private func forgetUnderivableCosts(_ report: SalvageReport) throws(SQLiteError) {
        let sources = ["meta", "price", "price_rates", "identity"]
        guard
            report.tables.contains(where: {
                sources.contains($0.name) && ($0.rows == 0 || $0.gaps > 0 || $0.rejected > 0)
            })
        else { return }
        try connection.execute(
            """
            UPDATE meta SET value=max(value, (SELECT ifnull(max(admitted_at), -1)+1 FROM attempt)) WHERE name='costs_from'
            """)
    }

    /// The new file has the tables of this program, whatever a newer one had made of the damaged one.
    private func forgetUnknownSteps() throws(SQLiteError) {
        let delete = try connection.prepare("DELETE FROM meta WHERE name=?")
        while let step = try MigrationStep.unknown(connection) {
            delete.bind(1, MigrationStep.prefix + step)
            try delete.run()
        }
    }

    private static let references: [(sql: String, note: String)] = [
        (
            """
            DELETE FROM price_rates WHERE price NOT IN (SELECT id FROM price);
            UPDATE identity SET price=NULL WHERE price NOT IN (SELECT price FROM price_rates WHERE tier='' AND above_input<0 AND geo='');
            """, "identities have lost their price"
        ),
        (
            """
            INSERT INTO identity(id, application, key, model, generation, free, currency)
              SELECT id, '(lost)', '', '', '', 0,
                (SELECT min(currency) FROM identity HAVING count(DISTINCT currency)=1)
              FROM (SELECT identity AS id FROM attempt UNION SELECT identity FROM hold UNION SELECT identity FROM request
                UNION SELECT identity FROM rollup) WHERE id NOT IN (SELECT id FROM identity);
            """, "identities are lost"
        ),
        (
            "DELETE FROM hold WHERE (request, attempt) IN (SELECT request, attempt FROM attempt);",
            "holds were settled already"
        ),
        (
            """
            UPDATE attempt SET period=NULL, posted_nano=NULL WHERE period NOT IN (SELECT id FROM period);
            UPDATE hold SET period=NULL, held_nano=NULL WHERE period NOT IN (SELECT id FROM period);
            DELETE FROM alert WHERE period NOT IN (SELECT id FROM period);
            DELETE FROM adjustment WHERE period NOT NULL AND period NOT IN (SELECT id FROM period);
            DELETE FROM line WHERE period NOT IN (SELECT id FROM period);
            """, "lines of lost budget periods are let go"
        ),
        (
            """
            DELETE FROM line WHERE NOT EXISTS
                (SELECT 1 FROM attempt WHERE attempt.request=line.request AND attempt.attempt=line.attempt)
              AND NOT EXISTS (SELECT 1 FROM hold WHERE hold.request=line.request AND hold.attempt=line.attempt);
            """, "lines of lost attempts are let go; their periods keep what they posted"
        ),
        (
            """
            UPDATE line SET posted_nano=NULL WHERE posted_nano NOT NULL
              AND (request, attempt) IN (SELECT request, attempt FROM hold);
            UPDATE line SET posted_nano=held_nano WHERE posted_nano IS NULL
              AND (request, attempt) IN (SELECT request, attempt FROM attempt);
            """, "lines are charged at their hold: their settlement is lost"
        ),
        (
            """
            DELETE FROM attribution WHERE feedback NOT IN (SELECT id FROM feedback)
              OR identity NOT IN (SELECT id FROM identity);
            """, "credits of lost feedback are let go"
        ),
    ]

    /// A period that has posted more than its lines keeps it: a budget must not forget what is spent.
    private func mendPeriods(_ report: inout SalvageReport) throws(SQLiteError) {
        let select = try connection.prepare(PeriodSums.query)
        let update = try connection.prepare(
            """
            UPDATE period SET posted_nano=?2, held_nano=?3, presumed_nano=?4, allowance_nano=?5,
              archived_units=archived_units+?6/1000000000, archived_nanos=archived_nanos+?6%1000000000,
              archived_presumed_units=archived_presumed_units+?7/1000000000,
              archived_presumed_nanos=archived_presumed_nanos+?7%1000000000, overrun_nano=?8,
              archived_overrun_units=archived_overrun_units+?9/1000000000,
              archived_overrun_nanos=archived_overrun_nanos+?9%1000000000, first_limit_nano=first_limit_nano+?10
            WHERE id=?1
            """)
        var (kept, raised): (Int64, Int64) = (0, 0)
        while try select.step() {
            let sums = PeriodSums(select)
            guard !sums.isSaturated, sums.differs else { continue }
            let posted = max(sums.posted, sums.linesPosted, 0)
            let presumed = max(sums.presumed, sums.linesPresumed, 0)
            kept = kept.addingClamped(posted > sums.linesPosted ? 1 : 0)
            raised = raised.addingClamped(posted > sums.posted ? 1 : 0)
            let overrun = max(sums.overrun, sums.linesOverrun, 0)
            update.bind(1, sums.id)
            update.bind(2, posted)
            update.bind(3, sums.linesHeld)
            update.bind(4, presumed)
            update.bind(
                5,
                PeriodCounters.allowance(limit: sums.limit, posted: posted, held: sums.linesHeld, overrun: overrun))
            update.bind(6, posted.addingClamped(-sums.linesPosted))
            update.bind(7, presumed.addingClamped(-sums.linesPresumed))
            update.bind(8, overrun)
            update.bind(9, overrun.addingClamped(-sums.linesOverrun))
            update.bind(10, sums.limit.addingClamped(-sums.derivedLimit))
            try update.run()
        }
        if kept > 0 { report.notes.append("\(kept) budget periods keep what lost calls had posted") }
        if raised > 0 {
            report.notes.append("\(raised) budget periods had posted less than their lines, and are raised")
        }
    }

    /// A roll-up that knows of more than its rows is kept, and rows of that time are declared incomplete.
    private func mendRollups(_ report: inout SalvageReport) throws(SQLiteError) {
        try connection.execute("CREATE TEMP TABLE saved AS SELECT * FROM rollup; DELETE FROM rollup")
        try RollupDerivation.fill(connection)
        let fuller = """
            SELECT saved.* FROM temp.saved LEFT JOIN rollup USING(slot, identity)
            WHERE saved.attempts>ifnull(rollup.attempts, 0) OR saved.refused>ifnull(rollup.refused, 0)
              OR saved.priced>ifnull(rollup.priced, 0)
            """
        guard let last = try connection.integer("SELECT max(slot) FROM (\(fuller))"), last > 0 else { return }
        let count = try connection.integer("SELECT count(*) FROM (\(fuller))") ?? 0
        try connection.execute("INSERT OR REPLACE INTO rollup \(fuller)")
        let (end, overflowed) = last.addingClamped(1).multipliedReportingOverflow(by: RollupKey.milliseconds)
        let update = try connection.prepare(
            "UPDATE meta SET value=max(value, ?) WHERE name IN('attempts_kept_from', 'refused_kept_from')")
        update.bind(1, overflowed ? .max : end)
        try update.run()
        if try connection.integer("SELECT value FROM meta WHERE name='attempts_kept_from'") == end {
            report.notes.append("\(count) sums of quarter hours know of calls whose rows are gone, and are kept")
        }
    }
}

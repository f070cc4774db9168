import Inference

extension LedgerWriter {
    /// Corrects the charge of a settled attempt: a row of its own, on the attempt and on each of its periods.
    ///
    /// An attempt that is open or unknown is `missing`; taking back more than was charged is a `conflict`.
    package func adjust(_ adjustment: Adjustment) async throws(LedgerError) {
        try await perform { writer in try writer.adjust(adjustment) }
    }

    /// Returns true the first time that a period's alert at `ppm` millionths of its limit is due; once for ever.
    package func alert(_ period: Int64, ppm: Int) async throws(LedgerError) -> Bool {
        try await perform { writer in
            let update = try writer.connection.prepare(
                "UPDATE period SET alerted_ppm=?1 WHERE id=?2 AND alerted_ppm<?1")
            update.bind(1, ppm)
            update.bind(2, period)
            try update.run()
            return writer.connection.changes == 1
        }
    }
}

extension Writer {
    fileprivate func adjust(_ adjustment: Adjustment) throws {
        let place = "\(adjustment.request) attempt \(adjustment.attempt)"
        let select = try connection.prepare(
            "SELECT cost_nano FROM attempt WHERE request=? AND attempt=?")
        select.bind(1, adjustment.request)
        select.bind(2, adjustment.attempt)
        guard try select.step() else {
            throw LedgerError(.missing, "\(place) is not settled; only a settled attempt is corrected")
        }
        let earlier = try connection.prepare(
            "SELECT ifnull(sum(nano),0) FROM adjustment WHERE request=? AND attempt=? AND period IS NULL")
        earlier.bind(1, adjustment.request)
        earlier.bind(2, adjustment.attempt)
        let corrected = try earlier.step() ? earlier.integer(0) : 0
        let charged = select.integer(0).addingClamped(corrected).addingClamped(adjustment.nano)
        guard charged >= 0 else {
            throw LedgerError(.conflict, "\(place): \(Money.decimal(nano: adjustment.nano)) is more than was charged")
        }
        let changes = try periodChanges(of: adjustment)
        for change in changes {
            var counters = try periods[change.period]
            let presumed = adjustment.kind == .presumedRelease ? change.nano : 0
            guard counters.correct(by: change.nano, presumed: presumed) else {
                throw LedgerError(.conflict, "\(place): a period has less than is taken back")
            }
        }
        try insert(adjustment, period: nil, nano: adjustment.nano)
        for change in changes {
            try insert(adjustment, period: change.period, nano: change.nano)
            let presumed = adjustment.kind == .presumedRelease ? change.nano : 0
            try periods.change(change.period) { _ = $0.correct(by: change.nano, presumed: presumed) }
        }
        mayAdmit = true
    }

    /// What each period of the attempt gets, at the rate of its hold.
    private func periodChanges(of adjustment: Adjustment) throws -> [(period: Int64, nano: Int64)] {
        let lines = try connection.prepare(
            """
            SELECT period, fx_rate.nano FROM attempt LEFT JOIN fx_rate ON fx_rate.id=fx
            WHERE request=?1 AND attempt=?2 AND period NOT NULL
            UNION ALL
            SELECT period, fx_rate.nano FROM line LEFT JOIN fx_rate ON fx_rate.id=fx WHERE request=?1 AND attempt=?2
            """)
        lines.bind(1, adjustment.request)
        lines.bind(2, adjustment.attempt)
        var changes: [(period: Int64, nano: Int64)] = []
        while try lines.step() {
            var nano = adjustment.nano
            if let rate = lines.optionalInteger(1) {
                let converted = FXRate(base: .usd, quote: .usd, day: "", nano: rate, source: "").convert(nano)
                guard let converted else { throw LedgerError(.conflict, "the correction exceeds what a ledger holds") }
                nano = converted
            }
            changes.append((lines.integer(0), nano))
        }
        return changes
    }

    private func insert(_ adjustment: Adjustment, period: Int64?, nano: Int64) throws(SQLiteError) {
        let insert = try connection.prepare(
            """
            INSERT INTO adjustment(period, request, attempt, kind, nano, by_whom, reason, at) VALUES(?,?,?,?,?,?,?,?)
            """)
        insert.bind(1, period)
        insert.bind(2, adjustment.request)
        insert.bind(3, adjustment.attempt)
        insert.bind(4, adjustment.kind.rawValue)
        insert.bind(5, nano)
        insert.bind(6, adjustment.by)
        insert.bind(7, adjustment.reason)
        insert.bind(8, adjustment.at)
        try insert.run()
    }
}

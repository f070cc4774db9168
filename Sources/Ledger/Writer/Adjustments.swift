import Inference

extension LedgerWriter {
    /// Corrects the charge of a settled attempt: a row of its own, on the attempt and on each of its periods.
    ///
    /// An attempt that is open or unknown is `missing`; taking back more than was charged is a `conflict`.
    package func adjust(_ adjustment: Adjustment) async throws(LedgerError) {
        try await perform { writer in try writer.adjust(adjustment) }
    }

    /// Corrects many charges in one transaction, with its entry in the audit trail: all of it is booked or nothing.
    package func adjust(_ adjustments: [Adjustment], note: AuditEntry) async throws(LedgerError) {
        try await perform { writer in
            for adjustment in adjustments { try writer.adjust(adjustment) }
            try writer.append(note)
        }
    }

    /// Corrects a period as a whole, with an entry in the audit trail in the same transaction.
    ///
    /// An unknown period is `missing`; taking back more than is posted, or another kind than `manual` and
    /// `fxRevaluation`, is a `conflict`. Reports on calls do not show it, since no call has caused it.
    package func adjustPeriod(_ adjustment: PeriodAdjustment, note: AuditEntry) async throws(LedgerError) {
        try await perform { writer in
            try writer.adjust(adjustment)
            try writer.append(note)
        }
    }
}

extension Writer {
    fileprivate func adjust(_ adjustment: Adjustment) throws {
        let place = "\(adjustment.request) attempt \(adjustment.attempt)"
        let select = try connection.prepare(
            """
            SELECT cost_nano, admitted_at, identity, state, currency FROM attempt JOIN identity ON identity.id=identity
            WHERE request=? AND attempt=?
            """)
        select.bind(1, adjustment.request)
        select.bind(2, adjustment.attempt)
        guard try select.step() else {
            throw LedgerError(.missing, "\(place) is not settled; only a settled attempt is corrected")
        }
        try refuseSecond(adjustment.id)
        if adjustment.kind == .presumedRelease, select.text(3) != HoldState.presumed.rawValue || adjustment.nano > 0 {
            throw LedgerError(.conflict, "\(place): only what is presumed can be released, and a release takes back")
        }
        let currency = try currency(of: adjustment, charged: select.optionalText(4), place)
        var adjustment = adjustment
        // What names the currency of the charge says nothing new.
        if !select.isNull(4) { adjustment.currency = nil }
        let earlier = try connection.prepare(
            "SELECT ifnull(sum(nano),0) FROM adjustment WHERE request=? AND attempt=? AND period IS NULL")
        earlier.bind(1, adjustment.request)
        earlier.bind(2, adjustment.attempt)
        let corrected = try earlier.step() ? earlier.integer(0) : 0
        let charged = select.integer(0).addingClamped(corrected).addingClamped(adjustment.nano)
        guard charged >= 0 else {
            throw LedgerError(.conflict, "\(place): \(Money.decimal(nano: adjustment.nano)) is more than was charged")
        }
        let changes = try periodChanges(of: adjustment, in: currency, place)
        for change in changes {
            var counters = try periods[change.period]
            let presumed = adjustment.kind == .presumedRelease ? change.nano : 0
            guard counters.correct(by: change.nano, presumed: presumed) else {
                throw LedgerError(.conflict, "\(place): a period has less than is taken back")
            }
        }
        try insert(adjustment, period: nil, nano: adjustment.nano, name: adjustment.id)
        // What has a currency of its own is in no roll-up: those have that of the attempt, and reports read its row.
        if adjustment.currency == nil {
            rollups.add(
                .adjustment(adjustment.nano, releasesPresumed: adjustment.kind == .presumedRelease),
                to: RollupKey(at: select.integer(1), identity: select.integer(2)))
        }
        for change in changes {
            try insert(adjustment, period: change.period, nano: change.nano, name: nil)
            let presumed = adjustment.kind == .presumedRelease ? change.nano : 0
            try periods.change(change.period) { _ = $0.correct(by: change.nano, presumed: presumed) }
        }
        mayAdmit = true
    }

    /// The currency of a correction: that of the charge, else of the corrections before it, else the one that it names.
    ///
    /// Nothing is converted here, so that an amount in another currency is a conflict.
    private func currency(of adjustment: Adjustment, charged: String?, _ place: String) throws -> String {
        let earlier = try connection.prepare(
            "SELECT max(currency) FROM adjustment WHERE request=? AND attempt=? AND period IS NULL")
        earlier.bind(1, adjustment.request)
        earlier.bind(2, adjustment.attempt)
        let known = try charged ?? (earlier.step() ? earlier.optionalText(0) : nil)
        guard let currency = known ?? adjustment.currency?.code else {
            throw LedgerError(.conflict, "\(place) has no price; its correction must name a currency")
        }
        if let other = adjustment.currency, other.code != currency {
            throw LedgerError(
                .conflict, "\(place) is charged in \(currency); give its correction in \(currency), not in \(other)")
        }
        return currency
    }

    /// What each period of the attempt gets, at the rate of its hold.
    private func periodChanges(
        of adjustment: Adjustment, in currency: String, _ place: String
    ) throws -> [(period: Int64, nano: Int64)] {
        let lines = try connection.prepare(
            """
            SELECT period, fx_rate.nano, base, period.currency FROM attempt
              JOIN period ON period.id=period LEFT JOIN fx_rate ON fx_rate.id=fx
            WHERE request=?1 AND attempt=?2 AND period NOT NULL
            UNION ALL
            SELECT period, fx_rate.nano, base, period.currency FROM line
              JOIN period ON period.id=period LEFT JOIN fx_rate ON fx_rate.id=fx WHERE request=?1 AND attempt=?2
            """)
        lines.bind(1, adjustment.request)
        lines.bind(2, adjustment.attempt)
        var changes: [(period: Int64, nano: Int64)] = []
        while try lines.step() {
            guard currency == lines.optionalText(2) ?? lines.text(3) else {
                throw LedgerError(
                    .conflict,
                    "\(place) has a budget in \(lines.text(3)) and no rate for \(currency) from its admission")
            }
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

    fileprivate func adjust(_ adjustment: PeriodAdjustment) throws {
        let place = "period \(adjustment.period)"
        guard adjustment.kind == .manual || adjustment.kind == .fxRevaluation else {
            throw LedgerError(.conflict, "\(place): a period as a whole has no \(adjustment.kind.rawValue)")
        }
        guard try connection.integer("SELECT count(*) FROM period WHERE id=\(adjustment.period)") == 1 else {
            throw LedgerError(.missing, "\(place) has no row")
        }
        try refuseSecond(adjustment.id)
        var counters = try periods[adjustment.period]
        guard counters.correct(by: adjustment.nano) else {
            throw LedgerError(.conflict, "\(place): \(Money.decimal(nano: adjustment.nano)) is more than is posted")
        }
        let insert = try connection.prepare(
            "INSERT INTO adjustment(period, kind, nano, by_whom, reason, at, name) VALUES(?,?,?,?,?,?,?)")
        insert.bind(1, adjustment.period)
        insert.bind(2, adjustment.kind.rawValue)
        insert.bind(3, adjustment.nano)
        insert.bind(4, adjustment.by)
        insert.bind(5, adjustment.reason)
        insert.bind(6, adjustment.at)
        insert.bind(7, adjustment.id)
        try insert.run()
        try periods.change(adjustment.period) { _ = $0.correct(by: adjustment.nano) }
        mayAdmit = true
    }

    /// The file refuses a name's second row by itself; this says which name it was.
    private func refuseSecond(_ name: String?) throws {
        guard let name else { return }
        let find = try connection.prepare("SELECT 1 FROM adjustment WHERE name=?")
        find.bind(1, name)
        guard try !find.step() else { throw LedgerError(.conflict, "the correction '\(name)' is booked already") }
    }

    private func insert(
        _ adjustment: Adjustment, period: Int64?, nano: Int64, name: String?
    ) throws(SQLiteError) {
        let insert = try connection.prepare(
            """
            INSERT INTO adjustment(period, request, attempt, kind, nano, by_whom, reason, at, name, currency)
            VALUES(?,?,?,?,?,?,?,?,?,?)
            """)
        insert.bind(1, period)
        insert.bind(2, adjustment.request)
        insert.bind(3, adjustment.attempt)
        insert.bind(4, adjustment.kind.rawValue)
        insert.bind(5, nano)
        insert.bind(6, adjustment.by)
        insert.bind(7, adjustment.reason)
        insert.bind(8, adjustment.at)
        insert.bind(9, name)
        insert.bind(10, adjustment.currency?.code)
        try insert.run()
    }
}

package import Inference

extension LedgerWriter {
    /// Returns alerts that wait for their delivery, the oldest first.
    package func pendingAlerts(limit: Int) async throws(LedgerError) -> [AlertRow] {
        try await perform { writer in
            try AlertRow.all(writer.connection, "delivered_at IS NULL ORDER BY alert.id", limit: limit)
        }
    }

    /// Notes a try to deliver an alert. One that is delivered stays so; an unknown one is `missing`.
    ///
    /// - Parameter at: UTC milliseconds.
    package func markAlert(
        _ id: Int64, delivered: Bool, at moment: Int64, error: String?
    ) async throws(LedgerError) {
        try await perform { writer in
            let update = try writer.connection.prepare(
                """
                UPDATE alert SET tries=tries+1, last_error=?1, delivered_at=iif(?2, ?3, NULL)
                WHERE id=?4 AND delivered_at IS NULL
                """)
            update.bind(1, error)
            update.bind(2, delivered)
            update.bind(3, moment)
            update.bind(4, id)
            try update.run()
            guard try writer.connection.integer("SELECT count(*) FROM alert WHERE id=\(id)") == 1 else {
                throw LedgerError(.missing, "no alert has the number \(id)")
            }
        }
    }

    /// Has alerts delivered again that were given up, or once found no receiver; returns how many.
    ///
    /// One that waits, or whose receiver has it, is a `conflict`; an unknown one is `missing`. Then none is changed.
    ///
    /// - Parameters:
    ///   - ids: those alone; nil: all that were given up.
    ///   - note: who asked, for the audit trail.
    package func resendAlerts(_ ids: [Int64]?, note: AuditEntry) async throws(LedgerError) -> Int {
        try await perform { writer in
            var count = 0
            for id in ids ?? [] { count += try writer.resendAlert(id, at: note.at) }
            if ids == nil {
                try writer.connection.execute(
                    "UPDATE alert SET delivered_at=NULL, tries=0, resent_at=\(note.at) WHERE \(AlertRow.givenUp)")
                count = Int(writer.connection.changes)
            }
            guard count > 0 else { return 0 }
            try writer.append(note)
            writer.alerts.noteWaiting()
            return count
        }
    }
}

extension Writer {
    fileprivate func resendAlert(_ id: Int64, at moment: Int64) throws -> Int {
        let find = try connection.prepare("SELECT delivered_at NOT NULL, \(AlertRow.givenUp) FROM alert WHERE id=?")
        find.bind(1, id)
        guard try find.step() else { throw LedgerError(.missing, "no alert has the id 'alert-\(id)'") }
        guard find.integer(1) != 0 else {
            throw LedgerError(
                .conflict,
                find.integer(0) != 0
                    ? "alert-\(id) was delivered; only one that was given up is sent again"
                    : "alert-\(id) waits for its delivery already")
        }
        let update = try connection.prepare(
            "UPDATE alert SET delivered_at=NULL, tries=0, resent_at=? WHERE id=?")
        update.bind(1, moment)
        update.bind(2, id)
        try update.run()
        return 1
    }
}

extension LedgerReader {
    /// Returns the last alerts, the newest first.
    ///
    /// - Parameter account: only the alerts of its budgets.
    package func alerts(of account: Account? = nil, limit: Int = 100) throws(LedgerError) -> [AlertRow] {
        try read {
            try AlertRow.all(
                connection, "?2 IS NULL OR scope=?2 AND name=?3 ORDER BY alert.id DESC", limit: limit, of: account)
        }
    }
}

extension AlertRow {
    /// What says of a row that its delivery ended without a receiver that has it.
    fileprivate static let givenUp = "delivered_at NOT NULL AND last_error NOT NULL"

    /// Reads alerts with their periods. `condition` is of this program's making.
    fileprivate static func all(
        _ connection: Connection, _ condition: String, limit: Int, of account: Account? = nil
    ) throws(SQLiteError) -> [AlertRow] {
        let select = try connection.prepare(
            """
            SELECT alert.id, scope, name, window, label, zone, currency, starts_at, ends_at, ppm, kind,
              alert.limit_nano, alert.posted_nano, alert.held_nano, at, tries, delivered_at, last_error, needed_nano,
              resent_at
            FROM alert JOIN period ON period.id=alert.period WHERE \(condition) LIMIT ?1
            """)
        select.bind(1, max(0, limit))
        if let account {
            select.bind(2, account.scope.rawValue)
            select.bind(3, account.name)
        }
        var rows: [AlertRow] = []
        while try select.step() {
            if let row = AlertRow(select) { rows.append(row) }
        }
        return rows
    }

    private init?(_ row: Statement) {
        guard let scope = Account.Scope(rawValue: row.text(1)), let window = BudgetWindow(rawValue: row.text(3)),
            let currency = Currency(row.text(6)), let kind = Kind(rawValue: row.text(10))
        else { return nil }
        self.init(
            id: row.integer(0), account: Account(scope, row.text(2)), window: window, label: row.text(4),
            zone: row.text(5), currency: currency, startsAt: row.integer(7), endsAt: row.integer(8),
            ppm: Int(clamping: row.integer(9)), kind: kind, limit: row.integer(11), posted: row.integer(12),
            held: row.integer(13), needed: row.optionalInteger(18), at: row.integer(14),
            tries: Int(clamping: row.integer(15)), deliveredAt: row.optionalInteger(16),
            lastError: row.optionalText(17), resentAt: row.optionalInteger(19))
    }
}

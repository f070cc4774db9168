package import Inference

extension LedgerReader {
    /// Returns the periods of an application and of parts of its calls, or all; the newest first.
    ///
    /// - Parameter at: only the periods that contain this moment, UTC milliseconds.
    package func budgets(application: String? = nil, at: Int64? = nil) throws(LedgerError) -> [BudgetRow] {
        try read {
            let select = try connection.prepare(
                """
                SELECT \(BudgetRow.columns) FROM period
                WHERE (?1 IS NULL OR scope='application' AND name=?1
                  OR scope NOT IN('organisation', 'team', 'application') AND substr(name, 1, length(?1)+1)=?1||'/') AND (?2 IS NULL OR starts_at<=?2 AND ends_at>?2)
                ORDER BY starts_at DESC, scope, name, window, currency, id
                """)
            select.bind(1, application)
            select.bind(2, at)
            return try BudgetRow.all(select)
        }
    }

    /// Returns the periods of `accounts` that contain the moment `at`, UTC milliseconds, in the order of the accounts.
    package func budgets(of accounts: [Account], at: Int64) throws(LedgerError) -> [BudgetRow] {
        try read {
            let select = try connection.prepare(
                """
                SELECT \(BudgetRow.columns) FROM period
                WHERE scope=? AND name=? AND starts_at<=? AND ends_at>? ORDER BY window, currency, id
                """)
            var rows: [BudgetRow] = []
            for account in accounts {
                select.bind(1, account.scope.rawValue)
                select.bind(2, account.name)
                select.bind(3, at)
                select.bind(4, at)
                rows += try BudgetRow.all(select)
                select.reset()
            }
            return rows
        }
    }

    /// The names that calls of this ledger have in one column: what a filter can mean.
    package func names(of key: CostKey) throws(LedgerError) -> [String] {
        let column: String
        switch key {
        case .application, .team, .model, .provider, .experiment, .prompt, .variant, .key: column = key.rawValue
        case .upstreamModel: column = "upstream_model"
        case .day, .currency, .user: return []
        }
        return try read {
            let select = try connection.prepare(
                "SELECT DISTINCT \(column) FROM identity WHERE \(column) NOT NULL ORDER BY 1")
            var names: [String] = []
            while try select.step() { names.append(select.text(0)) }
            return names
        }
    }

    package func keys(application: String? = nil) throws(LedgerError) -> [KeyRecord] {
        try read { try KeyRecord.all(connection, application: application) }
    }

    /// When each key was last used, in UTC milliseconds: the admission of its last attempt, or the beginning of its last
    /// refused request, where retention has left it; else the quarter of an hour in which that was.
    package func lastUses() throws(LedgerError) -> [String: Int64] {
        try read {
            let skew = try meta("skew_ms")
            let slots = try connection.prepare(
                """
                SELECT key, max(slot) FROM (SELECT identity, max(slot) AS slot FROM rollup GROUP BY identity)
                JOIN identity ON identity.id=identity GROUP BY key
                """)
            let exact = try connection.prepare(
                """
                SELECT max(at) FROM (
                  SELECT max(admitted_at) AS at FROM attempt JOIN identity ON identity.id=identity
                  WHERE request>=?1 AND request<=?2 AND admitted_at>=?3 AND admitted_at<?4 AND key=?5
                  UNION ALL SELECT max(started_at) FROM request JOIN identity ON identity.id=identity
                  WHERE request>=?1 AND request<=?2 AND started_at>=?3 AND started_at<?4 AND key=?5)
                """)
            var uses: [String: Int64] = [:]
            while try slots.step() {
                let start = slots.integer(1).multipliedClamped(by: RollupKey.milliseconds)
                CostSpan(from: start, to: start.addingClamped(RollupKey.milliseconds)).bind(to: exact, skew: skew)
                exact.bind(5, slots.text(0))
                uses[slots.text(0)] = try exact.step() ? exact.optionalInteger(0) ?? start : start
                exact.reset()
            }
            return uses
        }
    }

    /// Returns the last entries of the audit trail, the oldest first.
    package func auditTrail(limit: Int = 1_000) throws(LedgerError) -> [AuditEntry] {
        try read {
            let select = try connection.prepare(
                "SELECT at, actor, action, subject, detail FROM audit ORDER BY n DESC LIMIT ?")
            select.bind(1, limit)
            var entries: [AuditEntry] = []
            while try select.step() { entries.append(AuditEntry(select, from: 0)) }
            return entries.reversed()
        }
    }
}

extension BudgetRow {
    fileprivate static let columns = """
        scope, name, window, zone, label, starts_at, ends_at, currency, id, limit_nano, posted_nano, held_nano,
        presumed_nano, overrun_nano
        """

    fileprivate static func all(_ select: Statement) throws(SQLiteError) -> [BudgetRow] {
        var rows: [BudgetRow] = []
        while try select.step() {
            if let row = BudgetRow(select) { rows.append(row) }
        }
        return rows
    }

    fileprivate init?(_ row: Statement) {
        guard let scope = Account.Scope(rawValue: row.text(0)), let window = BudgetWindow(rawValue: row.text(2)),
            let currency = Currency(row.text(7))
        else { return nil }
        let state = PeriodState(
            id: row.integer(8), limit: row.integer(9), posted: row.integer(10), held: row.integer(11),
            presumed: row.integer(12), overrun: row.integer(13))
        self.init(
            account: Account(scope, row.text(1)), window: window, zone: row.text(3), label: row.text(4),
            startsAt: row.integer(5), endsAt: row.integer(6), currency: currency, state: state)
    }
}

extension AuditEntry {
    init(_ row: Statement, from column: Int32) {
        self.init(
            at: row.integer(column), actor: row.text(column + 1), action: row.text(column + 2),
            subject: row.text(column + 3), detail: row.text(column + 4))
    }
}

import Inference

/// The periods in use, kept in memory and written once a batch.
///
/// A write-through cache of one transaction at a time: after a rollback it must be forgotten.
final class PeriodBook {
    private struct Key: Hashable {
        var account: Account
        var window: BudgetWindow
        var zone: String
        var currency: String
        var startsAt: Int64
    }

    private let connection: Connection
    private let find: Statement
    private let load: Statement
    private let insert: Statement
    private let update: Statement
    private let noteLimit: Statement
    private var ids: [Key: Int64] = [:]
    private var counters: [Int64: PeriodCounters] = [:]
    private var dirty: Set<Int64> = []

    init(_ connection: Connection) throws(SQLiteError) {
        self.connection = connection
        find = try connection.prepare(
            "SELECT id FROM period WHERE scope=? AND name=? AND window=? AND zone=? AND currency=? AND starts_at=?")
        load = try connection.prepare(
            """
            SELECT limit_nano, posted_nano, held_nano, presumed_nano, overrun_nano, allowance_nano
            FROM period WHERE id=?
            """)
        insert = try connection.prepare(
            """
            INSERT INTO period(scope, name, window, zone, currency, starts_at, ends_at, label, limit_nano)
            VALUES(?,?,?,?,?,?,?,?,?)
            """)
        update = try connection.prepare(
            """
            UPDATE period SET limit_nano=?, posted_nano=?, held_nano=?, presumed_nano=?, overrun_nano=?,
              allowance_nano=? WHERE id=?
            """)
        noteLimit = try connection.prepare(
            """
            INSERT INTO adjustment(period, kind, nano, by_whom, reason, at)
            VALUES(?, 'limit_change', ?, 'configuration', ?, ?)
            """)
    }

    /// Returns the period of a line; makes its row on first use, and takes over a limit that was edited.
    func period(of line: BudgetLine, at moment: Int64) throws(SQLiteError) -> Int64 {
        let key = Key(
            account: line.account, window: line.window, zone: line.zone, currency: line.limit.currency.code,
            startsAt: line.startsAt)
        let id = if let found = try find(key) { found } else { try make(line) }
        ids[key] = id
        let known = try self[id]
        if known.limit != line.limit.nano { try changeLimit(of: id, from: known, to: line.limit.nano, at: moment) }
        return id
    }

    /// Returns the counters of a period.
    subscript(id: Int64) -> PeriodCounters {
        get throws(SQLiteError) {
            if let known = counters[id] { return known }
            load.bind(1, id)
            defer { load.reset() }
            guard try load.step() else { throw .failed("period \(id) has no row") }
            var loaded = PeriodCounters(limit: load.integer(0))
            loaded.posted = load.integer(1)
            loaded.held = load.integer(2)
            loaded.presumed = load.integer(3)
            loaded.overrun = load.integer(4)
            loaded.allowance = load.integer(5)
            counters[id] = loaded
            return loaded
        }
    }

    func state(_ id: Int64) throws(SQLiteError) -> PeriodState {
        let known = try self[id]
        return PeriodState(
            id: id, limit: known.limit, posted: known.posted, held: known.held, presumed: known.presumed,
            overrun: known.overrun)
    }

    func change(_ id: Int64, _ body: (inout PeriodCounters) -> Void) throws(SQLiteError) {
        var known = try self[id]
        body(&known)
        counters[id] = known
        dirty.insert(id)
    }

    /// Writes each touched period once.
    func flush() throws(SQLiteError) {
        for id in dirty {
            guard let known = counters[id] else { continue }
            update.bind(1, known.limit)
            update.bind(2, known.posted)
            update.bind(3, known.held)
            update.bind(4, known.presumed)
            update.bind(5, known.overrun)
            update.bind(6, known.allowance)
            update.bind(7, id)
            try update.run()
        }
        dirty.removeAll(keepingCapacity: true)
        if counters.count > 20_000 { forget() }
    }

    /// Forgets what a rollback undid; the file is read again.
    func forget() {
        ids.removeAll()
        counters.removeAll()
        dirty.removeAll()
    }

    private func find(_ key: Key) throws(SQLiteError) -> Int64? {
        if let known = ids[key] { return known }
        find.bind(1, key.account.scope.rawValue)
        find.bind(2, key.account.name)
        find.bind(3, key.window.rawValue)
        find.bind(4, key.zone)
        find.bind(5, key.currency)
        find.bind(6, key.startsAt)
        defer { find.reset() }
        return try find.step() ? find.integer(0) : nil
    }

    private func make(_ line: BudgetLine) throws(SQLiteError) -> Int64 {
        insert.bind(1, line.account.scope.rawValue)
        insert.bind(2, line.account.name)
        insert.bind(3, line.window.rawValue)
        insert.bind(4, line.zone)
        insert.bind(5, line.limit.currency.code)
        insert.bind(6, line.startsAt)
        insert.bind(7, line.endsAt)
        insert.bind(8, line.label)
        insert.bind(9, max(0, line.limit.nano))
        try insert.run()
        return connection.lastRowID
    }

    private func changeLimit(
        of id: Int64, from known: PeriodCounters, to limit: Int64, at moment: Int64
    ) throws(SQLiteError) {
        let limit = max(0, limit)
        noteLimit.bind(1, id)
        noteLimit.bind(2, limit - known.limit)
        noteLimit.bind(3, "\(Money.decimal(nano: known.limit)) becomes \(Money.decimal(nano: limit))")
        noteLimit.bind(4, moment)
        try noteLimit.run()
        try change(id) { $0.setLimit(limit) }
    }
}

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
    /// The newest generation whose line was seen: an older one changes no limit.
    private var newest: UInt64 = 0
    /// The counters before the small write that runs, so that it can fail alone.
    private var before: [Int64: PeriodCounters]?

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
            INSERT INTO period(scope, name, window, zone, currency, starts_at, ends_at, label, limit_nano,
              first_limit_nano) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?9)
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
        guard line.generation >= newest else { return id }
        newest = line.generation
        let known = try self[id]
        if known.limit != line.limit.nano { try changeLimit(of: id, from: known, to: line.limit.nano, at: moment) }
        return id
    }

    /// Returns the period of a line that was used before, or nil.
    func known(_ line: BudgetLine) throws(SQLiteError) -> Int64? {
        try find(
            Key(
                account: line.account, window: line.window, zone: line.zone, currency: line.limit.currency.code,
                startsAt: line.startsAt))
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

    /// Returns the states of periods, in their order.
    func states(_ ids: [Int64]) throws(SQLiteError) -> [PeriodState] {
        var states: [PeriodState] = []
        states.reserveCapacity(ids.count)
        for id in ids { states.append(try state(id)) }
        return states
    }

    func state(_ id: Int64) throws(SQLiteError) -> PeriodState {
        let known = try self[id]
        return PeriodState(
            id: id, limit: known.limit, posted: known.posted, held: known.held, presumed: known.presumed,
            overrun: known.overrun)
    }

    func change(_ id: Int64, _ body: (inout PeriodCounters) -> Void) throws(SQLiteError) {
        var known = try self[id]
        if before != nil, before?[id] == nil { before?[id] = known }
        body(&known)
        counters[id] = known
        dirty.insert(id)
    }

    /// From here on changes can be taken back with ``takeBack()``, until ``keepChanges()``.
    func markChanges() { before = [:] }

    func keepChanges() { before = nil }

    /// Undoes the changes since ``markChanges()``.
    func takeBack() {
        for (id, known) in before ?? [:] { counters[id] = known }
        before = nil
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
        before = nil
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

import Inference

/// The exchange rates that holds were made at.
final class FXTable {
    private let connection: Connection
    private let find: Statement
    private let insert: Statement
    private var ids: [FXRate: Int64] = [:]

    init(_ connection: Connection) throws(SQLiteError) {
        self.connection = connection
        find = try connection.prepare(
            "SELECT id FROM fx_rate WHERE base=? AND quote=? AND day=? AND source=? AND nano=?")
        insert = try connection.prepare("INSERT INTO fx_rate(base, quote, day, source, nano) VALUES(?,?,?,?,?)")
    }

    /// Returns the number of a rate; stores it on first use.
    func id(of rate: FXRate) throws(SQLiteError) -> Int64 {
        if let known = ids[rate] { return known }
        let id = if let found = try lookUp(rate) { found } else { try store(rate) }
        ids[rate] = id
        return id
    }

    func forget() { ids.removeAll() }

    private func lookUp(_ rate: FXRate) throws(SQLiteError) -> Int64? {
        bind(rate, to: find)
        defer { find.reset() }
        return try find.step() ? find.integer(0) : nil
    }

    private func store(_ rate: FXRate) throws(SQLiteError) -> Int64 {
        bind(rate, to: insert)
        try insert.run()
        return connection.lastRowID
    }

    private func bind(_ rate: FXRate, to statement: Statement) {
        statement.bind(1, rate.base.code)
        statement.bind(2, rate.quote.code)
        statement.bind(3, rate.day)
        statement.bind(4, rate.source)
        statement.bind(5, rate.nano)
    }
}

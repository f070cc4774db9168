import CSQLite

/// Copies a table's rows around what cannot be read: from both ends, then from ever smaller parts of what is between.
struct TableSalvage {
    /// How often a part is halved without a row being found: a gap is a page or a few, and its neighbours are near.
    private static let patience = 8

    /// SQLITE_CONSTRAINT_PRIMARYKEY and _ROWID, which Swift does not see: a row that was copied from the other side.
    private static let isKnown = [SQLITE_CONSTRAINT | 6 << 8, SQLITE_CONSTRAINT | 10 << 8]

    private(set) var result: SalvageReport.Table
    /// Where the last gap ends.
    private var endOfGap: SalvageKey?
    private let kind: SalvageKey.Kind
    private let columns: Int32
    private let ascending: Statement
    private let descending: Statement
    private let insert: Statement

    /// Returns nil for a table that the damaged file has not: an older one, or one whose name is lost.
    init?(_ name: String, from source: Connection, to target: Connection) throws {
        result = SalvageReport.Table(name: name)
        let (old, new) = try (TableSalvage.columns(of: name, source), TableSalvage.columns(of: name, target))
        guard let key = new.first(where: { $0.keyPlace == 1 }), let kind = SalvageKey.Kind(rawValue: key.type) else {
            throw SQLiteError.failed("\(name) has no key to read it by")
        }
        let shared = new.map(\.name).filter { name in old.contains { $0.name == name } }
        guard shared.contains(key.name) else { return nil }
        self.kind = kind
        columns = Int32(shared.count)
        let list = shared.joined(separator: ", ")
        let select = "SELECT \(list), \(key.name) FROM \(name) WHERE \(key.name)>=? AND \(key.name)<=?"
        ascending = try source.prepare("\(select) ORDER BY \(key.name)")
        descending = try source.prepare("\(select) ORDER BY \(key.name) DESC")
        // A new file has rows of its own in meta alone, and the saved ones replace them.
        let verb = name == "meta" ? "INSERT OR REPLACE" : "INSERT"
        let marks = repeatElement("?", count: shared.count).joined(separator: ",")
        insert = try target.prepare("\(verb) INTO \(name)(\(list)) VALUES(\(marks))")
    }

    mutating func run() throws(SQLiteError) {
        try save(.first(kind), .last(kind), barren: 0)
    }

    private mutating func save(_ low: SalvageKey, _ high: SalvageKey, barren: Int) throws(SQLiteError) {
        let before = result.rows
        guard let lower = try scan(ascending, low, high, from: low) else { return }
        guard let upper = try scan(descending, lower, high, from: high) else { return }
        let barren = result.rows > before ? 0 : barren + 1
        guard barren <= TableSalvage.patience, let middle = lower.middle(to: upper) else {
            // Parts of one gap, with nothing between them, are one.
            if lower != endOfGap { result.gaps += 1 }
            endOfGap = upper
            return
        }
        try save(lower, middle, barren: barren)
        try save(middle, upper, barren: barren)
    }

    /// Copies rows until the end, and returns nil, or until one cannot be read, and returns the last key before.
    private mutating func scan(
        _ rows: Statement, _ low: SalvageKey, _ high: SalvageKey, from start: SalvageKey
    ) throws(SQLiteError) -> SalvageKey? {
        low.bind(to: rows, 1)
        high.bind(to: rows, 2)
        defer { rows.reset() }
        var last = start
        while true {
            do throws(SQLiteError) {
                guard try rows.step() else { return nil }
            } catch {
                switch error.primary {
                case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_IOERR, SQLITE_ERROR: return last
                default: throw error
                }
            }
            last = SalvageKey(rows, columns, kind)
            try copy(rows)
        }
    }

    private mutating func copy(_ row: Statement) throws(SQLiteError) {
        for column in 0..<columns { insert.bind(column + 1, valueOf: column, of: row) }
        do throws(SQLiteError) {
            try insert.run()
            result.rows += 1
        } catch {
            guard error.primary == SQLITE_CONSTRAINT || error.primary == SQLITE_MISMATCH else { throw error }
            if !TableSalvage.isKnown.contains(error.code) { result.rejected += 1 }
        }
    }

    private struct Column {
        var name: String
        var type: String
        /// Counts from 1; 0 for what is no part of the key.
        var keyPlace: Int64
    }

    private static func columns(of table: String, _ connection: Connection) throws(SQLiteError) -> [Column] {
        let select = try connection.prepare("SELECT name, type, pk FROM pragma_table_info(?)")
        select.bind(1, table)
        var columns: [Column] = []
        while try select.step() {
            columns.append(Column(name: select.text(0), type: select.text(1), keyPlace: select.integer(2)))
        }
        return columns
    }
}

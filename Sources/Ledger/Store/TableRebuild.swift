/// Makes a table anew when its constraints change, which SQLite cannot do in place; its rows and indices stay.
///
/// All rows are copied while nobody is served, so only tables that stay small are named here, and never `attempt`.
enum TableRebuild {
    enum Table: String {
        case adjustment, alert, key, period, price
        case priceRates = "price_rates"
    }

    /// Must run in a transaction, with foreign keys off: rows of other tables go on naming those of this one.
    ///
    /// - Parameter definition: what stands behind `CREATE TABLE name`. Columns keep their names; new ones are filled from
    ///   their defaults.
    static func run(_ table: Table, in connection: Connection, as definition: String) throws(SQLiteError) {
        let (name, fresh) = (table.rawValue, table.rawValue + "_fresh")
        let indices = try texts(
            connection, "SELECT sql FROM sqlite_schema WHERE type='index' AND tbl_name='\(name)' AND sql NOT NULL")
        try connection.execute("CREATE TABLE \(fresh)\(definition)")
        let columns = try texts(
            connection,
            """
            SELECT name FROM pragma_table_info('\(name)') WHERE name IN (SELECT name FROM pragma_table_info('\(fresh)'))
            """
        ).joined(separator: ", ")
        try connection.execute(
            """
            INSERT INTO \(fresh)(\(columns)) SELECT \(columns) FROM \(name);
            DROP TABLE \(name); ALTER TABLE \(fresh) RENAME TO \(name)
            """)
        for index in indices { try connection.execute(index) }
    }

    private static func texts(_ connection: Connection, _ sql: String) throws(SQLiteError) -> [String] {
        let select = try connection.prepare(sql)
        var texts: [String] = []
        while try select.step() { texts.append(select.text(0)) }
        return texts
    }
}

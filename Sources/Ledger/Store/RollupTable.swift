import Inference

/// The rows of `rollup`: sums that a report over months reads in place of the rows of its attempts.
struct RollupTable {
    /// After `slot` and `identity`, in the order of ``Statement/rollup(from:)``.
    static let columns =
        [
            "requests", "attempts", "refused", "unpriced", "priced", "cost_units", "cost_nanos", "presumed_units",
            "presumed_nanos",
        ] + UsageColumns.names

    private let upsert: Statement

    init(_ connection: Connection) throws(SQLiteError) {
        let names = RollupTable.columns
        upsert = try connection.prepare(
            """
            INSERT INTO rollup(slot, identity, \(names.joined(separator: ", ")))
            VALUES(?,?\(String(repeating: ",?", count: names.count))) ON CONFLICT(slot, identity) DO UPDATE SET
            \(names.map { "\($0)=\($0)+excluded.\($0)" }.joined(separator: ", "))
            """)
    }

    /// Adds to a row, which is made on first use.
    func add(_ figures: RollupFigures, to key: RollupKey) throws(SQLiteError) {
        upsert.bind(1, key.slot)
        upsert.bind(2, key.identity)
        upsert.bind(3, figures.requests)
        upsert.bind(4, figures.attempts)
        upsert.bind(5, figures.refused)
        upsert.bind(6, figures.unpriced)
        upsert.bind(7, figures.priced)
        upsert.bind(8, figures.cost.units)
        upsert.bind(9, figures.cost.nanos)
        upsert.bind(10, figures.presumed.units)
        upsert.bind(11, figures.presumed.nanos)
        upsert.bind(figures.usage, from: 12)
        try upsert.run()
    }
}

extension Statement {
    /// Columns in the order of ``RollupTable/columns``.
    func rollup(from column: Int32) -> RollupFigures {
        var figures = RollupFigures()
        figures.requests = integer(column)
        figures.attempts = integer(column + 1)
        figures.refused = integer(column + 2)
        figures.unpriced = integer(column + 3)
        figures.priced = integer(column + 4)
        figures.cost = RollupFigures.Amount(units: integer(column + 5), nanos: integer(column + 6))
        figures.presumed = RollupFigures.Amount(units: integer(column + 7), nanos: integer(column + 8))
        figures.usage = usage(from: column + 9)
        return figures
    }
}

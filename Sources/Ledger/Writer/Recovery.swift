/// Charges what an earlier life of the process left open: the truth is unknown, so each hold is presumed at its bound.
enum Recovery {
    /// Returns how many holds were charged. Runs inside a transaction, before the writer starts.
    static func run(_ connection: Connection) throws(SQLiteError) -> Int {
        guard let count = try connection.integer("SELECT count(*) FROM hold"), count > 0 else { return 0 }
        var derivation = RollupDerivation(connection)
        try derivation.addPresumedHolds()
        let rollups = try RollupTable(connection)
        for (key, figures) in derivation.figures { try rollups.add(figures, to: key) }
        try connection.execute(statements)
        return Int(count)
    }

    private static let statements = """
        UPDATE period SET held_nano=period.held_nano-open.nano, posted_nano=period.posted_nano+open.nano,
          presumed_nano=period.presumed_nano+open.nano
        FROM (SELECT period AS id, sum(nano) AS nano FROM
            (SELECT period, held_nano AS nano FROM hold WHERE period NOT NULL
             UNION ALL SELECT line.period, line.held_nano FROM hold CROSS JOIN line USING(request, attempt))
          GROUP BY period) AS open
        WHERE open.id=period.id;
        UPDATE line SET posted_nano=held_nano WHERE (request, attempt) IN (SELECT request, attempt FROM hold);
        INSERT INTO attempt(request, attempt, identity, superseded, admitted_at, input_max, output_max, bound_nano,
            period, fx, held_nano, posted_nano, state, basis, cost_nano, error_code, seq)
          SELECT request, attempt, identity, superseded, admitted_at, input_max, output_max, bound_nano,
            period, fx, held_nano, held_nano, 'presumed', 'presumed', bound_nano, 'crash', seq FROM hold;
        DELETE FROM hold;
        """
}

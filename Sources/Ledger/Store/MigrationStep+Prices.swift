import Inference

/// The steps that follow from what is billed: classes of tokens, and the conditions of prices.
extension MigrationStep {
    /// A step for each billing class that version 4 had no columns for.
    static let columnsOfClasses = BillingClass.all.filter { !classesOfVersion4.contains($0.name) }.map { each in
        MigrationStep("tokens_of_\(each.name)") { connection in
            try addColumn(each.name, to: "attempt", as: "INTEGER", connection)
            try addColumn(each.name, to: "rollup", as: "INTEGER NOT NULL DEFAULT 0", connection)
            try addColumn(each.name, to: "price_rates", as: "INTEGER", connection)
            try moveFromExtras(each.name, connection)
        }
    }

    private static let classesOfVersion4: Set<String> = [
        "input", "cached_input", "cache_write", "cache_write_1h", "cache_write_12h", "audio_input", "image_input",
        "output", "audio_output",
    ]

    private static func addColumn(
        _ name: String, to table: String, as type: String, _ connection: Connection
    ) throws(SQLiteError) {
        let known = try connection.integer("SELECT count(*) FROM pragma_table_info('\(table)') WHERE name='\(name)'")
        guard known == 0 else { return }
        try connection.execute("ALTER TABLE \(table) ADD COLUMN \(name) \(type)")
    }

    /// Written images stood among what is billed by the piece, and in no sum.
    private static func moveFromExtras(_ name: String, _ connection: Connection) throws(SQLiteError) {
        let select = try connection.prepare(
            "SELECT request, attempt, extras, admitted_at, identity FROM attempt WHERE extras LIKE '%\(name)=%'")
        var found: [(key: AttemptKey, extras: String?, tokens: Int64, place: RollupKey)] = []
        while try select.step() {
            guard var extras = UsageExtras.read(select.text(2)), let tokens = extras.removeValue(forKey: name) else {
                continue
            }
            let key = AttemptKey(request: select.requestID(0), attempt: Int(clamping: select.integer(1)))
            let place = RollupKey(at: select.integer(3), identity: select.integer(4))
            found.append((key, UsageExtras.text(extras), min(max(0, tokens), 1_000_000_000_000), place))
        }
        let row = try connection.prepare("UPDATE attempt SET \(name)=?, extras=? WHERE request=? AND attempt=?")
        let sum = try connection.prepare("UPDATE rollup SET \(name)=\(name)+? WHERE slot=? AND identity=?")
        for each in found {
            row.bind(1, each.tokens)
            row.bind(2, each.extras)
            row.bind(3, each.key.request)
            row.bind(4, each.key.attempt)
            try row.run()
            sum.bind(1, each.tokens)
            sum.bind(2, each.place.slot)
            sum.bind(3, each.place.identity)
            try sum.run()
        }
    }

    /// Any conditions together have rates. Before, a service tier's held for inputs of every length: such prices get rows
    /// that say so, and what was billed at them comes to the same again.
    static let ratesWithConditions = MigrationStep("rates_with_conditions") { connection in
        try TableRebuild.run(
            .priceRates, in: connection,
            as: """
                (price INTEGER NOT NULL REFERENCES price(id),
                tier TEXT NOT NULL, above_input INTEGER NOT NULL, geo TEXT NOT NULL DEFAULT '', -- '', -1, '': any
                input INTEGER NOT NULL, cached_input INTEGER, cache_write INTEGER, cache_write_1h INTEGER,
                cache_write_12h INTEGER, audio_input INTEGER, image_input INTEGER, output INTEGER NOT NULL,
                audio_output INTEGER, image_output INTEGER, PRIMARY KEY(price, tier, above_input, geo))
                STRICT, WITHOUT ROWID
                """)
        let classes = """
            input, cached_input, cache_write, cache_write_1h, cache_write_12h, audio_input, image_input, output,
            audio_output, image_output
            """
        try connection.execute(
            """
            INSERT INTO price_rates(price, tier, above_input, geo, \(classes))
            SELECT price, tiers.tier, steps.above_input, '', \(classes)
            FROM (SELECT * FROM price_rates WHERE tier<>'') AS tiers
            JOIN (SELECT price, above_input FROM price_rates WHERE tier='' AND above_input>=0) AS steps USING(price)
            """)
    }

    /// Where the vendor served, which may have a price of its own.
    static let placeOfAttempts = MigrationStep(
        "place_of_attempts", sql: "ALTER TABLE attempt ADD COLUMN geo TEXT")
}

/// Brings a file of an older schema up to date: a backup first, then all in one transaction.
enum Migration {
    /// Does nothing to a current file. After a failure the file is as it was.
    static func run(_ connection: Connection) throws {
        let version = try connection.integer("PRAGMA user_version") ?? 0
        guard version < Schema.version else { return }
        try LedgerCopy.write(connection, to: "\(connection.path).v\(version)-backup") { _ in }
        do {
            try connection.execute("BEGIN IMMEDIATE")
            if version < 2 {
                for statements in fromVersion1 + Schema.sinceVersion2 { try connection.execute(statements) }
            }
            if version < 3 { try toVersion3(connection) }
            if version < 4 {
                for statements in Schema.sinceVersion4 { try connection.execute(statements) }
            }
            try connection.execute("PRAGMA user_version=\(Schema.version); COMMIT")
        } catch {
            connection.rollback()
            throw error
        }
    }

    private static func toVersion3(_ connection: Connection) throws {
        for statements in Schema.sinceVersion3 { try connection.execute(statements) }
        try RollupDerivation.fill(connection)
    }

    /// Added columns, at the end of their tables, as ``Schema`` has them.
    private static let fromVersion1 = [
        """
        ALTER TABLE period DROP COLUMN alerted_ppm;
        ALTER TABLE hold ADD COLUMN state TEXT NOT NULL DEFAULT 'held' CHECK(state='held' OR state='final');
        ALTER TABLE hold ADD COLUMN seq INTEGER NOT NULL DEFAULT 0 CHECK(seq>=0);
        ALTER TABLE attempt ADD COLUMN clipped_to INTEGER;
        ALTER TABLE attempt ADD COLUMN degraded_from TEXT;
        ALTER TABLE attempt ADD COLUMN cut_by TEXT;
        ALTER TABLE attempt ADD COLUMN idempotency_key TEXT;
        ALTER TABLE attempt ADD COLUMN seq INTEGER NOT NULL DEFAULT 0 CHECK(seq>=0);
        ALTER TABLE attempt ADD COLUMN cut INTEGER NOT NULL DEFAULT 0 CHECK(cut=0 OR state<>'voided');
        ALTER TABLE attempt ADD COLUMN extras TEXT;
        ALTER TABLE attempt ADD COLUMN tier TEXT;
        ALTER TABLE price ADD COLUMN per_call TEXT;
        ALTER TABLE price_rates ADD COLUMN image_output INTEGER;
        ALTER TABLE request ADD COLUMN clipped_to INTEGER;
        ALTER TABLE request ADD COLUMN degraded_from TEXT;
        ALTER TABLE request ADD COLUMN cut_by TEXT;
        ALTER TABLE request ADD COLUMN idempotency_key TEXT;
        ALTER TABLE adjustment ADD COLUMN name TEXT;
        ALTER TABLE adjustment ADD COLUMN currency TEXT;
        CREATE UNIQUE INDEX adjustment_name ON adjustment(name) WHERE name NOT NULL;
        """
    ]
}

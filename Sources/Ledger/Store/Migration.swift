import CSQLite
import Glibc

/// Brings a file of an older program up to date: a backup first, then all in one transaction.
enum Migration {
    /// Does nothing to a current file. After a failure the file is as it was.
    ///
    /// - Parameter onNotice: is told of the backup's size and time before it is written, and of what follows.
    static func run(_ connection: Connection, onNotice: (@Sendable (MigrationNotice) -> Void)?) throws {
        let version = try connection.integer("PRAGMA user_version") ?? 0
        let missing = try missing(connection)
        guard version < Schema.version || !missing.isEmpty else { return }
        try writeBackup(connection, version: version, onNotice)
        let start = monotonicNanoseconds()
        // A table that is made anew is dropped while others name its rows.
        try connection.execute("PRAGMA foreign_keys=OFF")
        defer { try? connection.execute("PRAGMA foreign_keys=ON") }
        do {
            try connection.execute("BEGIN IMMEDIATE")
            if version < 2 {
                for statements in fromVersion1 + Schema.sinceVersion2 { try connection.execute(statements) }
            }
            if version < 3 {
                for statements in Schema.sinceVersion3 { try connection.execute(statements) }
            }
            if version < 4 {
                for statements in Schema.sinceVersion4 { try connection.execute(statements) }
            }
            let moment = utcMilliseconds()
            for step in missing { try step.run(connection, at: moment) }
            // Only now do the tables have the columns that sums are written with.
            if version < 3 { try RollupDerivation.fill(connection) }
            try connection.execute("PRAGMA user_version=\(Schema.version); COMMIT")
        } catch {
            connection.rollback()
            throw error
        }
        onNotice?(
            .migrated(
                from: version, to: Schema.version, steps: missing.map(\.name), milliseconds: milliseconds(since: start))
        )
    }

    /// Returns the steps that a file lacks, in their order.
    static func missing(_ connection: Connection) throws(SQLiteError) -> [MigrationStep] {
        let done = try MigrationStep.done(connection)
        return MigrationStep.all.filter { !done.contains($0.name) }
    }

    /// Where the file of an older version is kept when it is brought up to date.
    static func backup(of path: String, version: Int64) -> String { "\(path).v\(version)-backup" }

    private static func writeBackup(
        _ connection: Connection, version: Int64, _ onNotice: (@Sendable (MigrationNotice) -> Void)?
    ) throws {
        let path = backup(of: connection.path, version: version)
        let pages = try connection.integer("PRAGMA page_count") ?? 0
        let bytes = pages.multipliedReportingOverflow(by: try connection.integer("PRAGMA page_size") ?? 0).partialValue
        onNotice?(.backingUp(to: path, bytes: bytes, seconds: 1 + bytes / bytesPerSecond))
        let start = monotonicNanoseconds()
        try LedgerCopy.write(connection, to: path) { _ in }
        var status = stat()
        let size = stat(path, &status) == 0 ? Int64(status.st_size) : bytes
        onNotice?(.backedUp(to: path, bytes: size, milliseconds: milliseconds(since: start)))
    }

    /// What a modest disk copies and makes durable: an estimate for a log line.
    private static let bytesPerSecond: Int64 = 60_000_000

    private static func milliseconds(since start: Int64) -> Int64 { (monotonicNanoseconds() - start) / 1_000_000 }

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

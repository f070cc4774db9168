import Glibc

/// Brings a file of an older schema up to date: a backup first, then all in one transaction.
enum Migration {
    /// Does nothing to a current file. After a failure the file is as it was.
    static func run(_ connection: Connection) throws {
        let version = try connection.integer("PRAGMA user_version") ?? 0
        guard version < Schema.version else { return }
        try backUp(connection, as: "\(connection.path).v\(version)-backup")
        do {
            try connection.execute("BEGIN IMMEDIATE")
            for statements in fromVersion1 + Schema.sinceVersion2 { try connection.execute(statements) }
            try connection.execute("PRAGMA user_version=\(Schema.version); COMMIT")
        } catch {
            connection.rollback()
            throw error
        }
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

    /// Writes a whole copy to `path`, 0600 and durable, and replaces one that an earlier try has left.
    private static func backUp(_ connection: Connection, as path: String) throws {
        let fresh = path + ".new"
        for name in [fresh, fresh + "-journal"] { unlink(name) }
        let made = Glibc.open(fresh, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard made >= 0 else {
            throw noBackup(fresh)
        }
        defer { Glibc.close(made) }
        do {
            let vacuum = try connection.prepare("VACUUM INTO ?")
            vacuum.bind(1, fresh)
            try vacuum.run()
        } catch let error {
            unlink(fresh)
            throw LedgerError(error, path: fresh)
        }
        guard fsync(made) == 0, rename(fresh, path) == 0 else {
            throw noBackup(fresh)
        }
        LedgerFile.syncFolder(of: path)
    }

    private static func noBackup(_ path: String) -> LedgerError {
        LedgerError(
            .unavailable,
            "\(path): \(lastSystemError()); the ledger is not brought up to date without a backup: make its folder"
                + " writable, with as much space as the ledger takes")
    }
}

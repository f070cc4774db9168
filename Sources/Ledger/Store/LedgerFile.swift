import CSQLite
import Glibc

/// The ledger's file: made whole or not at all, and never made over one that is damaged.
enum LedgerFile {
    /// Opens the file for its only writer, and makes it if there is none.
    static func open(_ path: String, options: LedgerOptions) throws(LedgerError) -> Connection {
        var status = stat()
        if stat(path, &status) != 0 {
            guard errno == ENOENT else { throw LedgerError(.unavailable, "\(path): \(lastSystemError())") }
            if stat(path + "-wal", &status) == 0, status.st_size > 0 {
                throw LedgerError(
                    .corrupt, "\(path) is missing but its log \(path)-wal is there; restore both from a backup")
            }
            try make(path)
        } else {
            chmod(path, 0o600)
        }
        do {
            let connection = try Connection(path, .readWrite)
            try configure(connection, options: options)
            return connection
        } catch let error as LedgerError {
            throw error
        } catch let error as SQLiteError {
            throw LedgerError(error, path: path)
        } catch {
            throw LedgerError(.fatal, "\(path): \(error)")
        }
    }

    /// Makes the folder 0700, where it is missing.
    static func makeFolder(of path: String) throws(LedgerError) {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
        let folder = String(path[..<slash])
        var status = stat()
        guard stat(folder, &status) != 0 else { return }
        try makeFolder(of: folder)
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
            throw LedgerError(.unavailable, "\(folder): \(lastSystemError()); make the folder by hand")
        }
    }

    /// Writes the empty tables beside `path` and renames the file: a crash leaves a whole ledger or none.
    static func make(_ path: String) throws(LedgerError) {
        let fresh = path + ".new"
        for name in [fresh, fresh + "-wal", fresh + "-shm", fresh + "-journal"] { unlink(name) }
        let descriptor = Glibc.open(fresh, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw LedgerError(.unavailable, "\(fresh): \(lastSystemError()); make its folder writable")
        }
        Glibc.close(descriptor)
        do {
            let connection = try Connection(fresh, .readWrite)
            try connection.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; BEGIN IMMEDIATE")
            for statements in Schema.version4 { try connection.execute(statements) }
            for step in MigrationStep.all { try step.run(connection, at: utcMilliseconds()) }
            try connection.execute(
                "PRAGMA application_id=\(Schema.applicationID); PRAGMA user_version=\(Schema.version); COMMIT")
        } catch let error as SQLiteError {
            throw LedgerError(error, path: fresh)
        } catch {
            throw LedgerError(.fatal, "\(fresh): \(error)")
        }
        guard rename(fresh, path) == 0 else { throw LedgerError(.unavailable, "\(path): \(lastSystemError())") }
        syncFolder(of: path)
    }

    /// Makes a rename itself durable.
    static func syncFolder(of path: String) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let descriptor = Glibc.open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        Glibc.close(descriptor)
    }

    private static func configure(_ connection: Connection, options: LedgerOptions) throws {
        sqlite3_busy_timeout(connection.handle, Int32(clamping: options.busyTimeout.nanoseconds / 1_000_000))
        try connection.harden()
        try check(connection)
        guard !connection.isReadOnly else {
            throw LedgerError(
                .unavailable, "\(connection.path) is read-only; make it and its folder writable for the gateway's user")
        }
        // The writer checkpoints by hand: in 3.40.1 a second connection that does so can damage the file.
        try connection.execute(
            """
            PRAGMA journal_mode=WAL; PRAGMA synchronous=\(options.synchronous.rawValue);
            PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-16000
            """)
        try inspectAfterCrash(connection)
        try Migration.run(connection, onNotice: options.onMigration)
        if let pages = options.maxPages { try connection.execute("PRAGMA max_page_count=\(pages)") }
    }

    /// Looks at the structure of a file that was not closed, up to a size that a start can wait for.
    private static func inspectAfterCrash(_ connection: Connection) throws {
        let running = "SELECT count(*) FROM epoch WHERE stopped_at IS NULL AND n=(SELECT max(n) FROM epoch)"
        guard try connection.integer(running) == 1 else { return }
        let pages = try connection.integer("PRAGMA page_count") ?? 0
        guard pages <= 32_768 else { return }
        let check = try connection.prepare("PRAGMA quick_check(1)")
        guard try check.step(), check.text(0) != "ok" else { return }
        throw LedgerError(
            .corrupt,
            "\(connection.path) is damaged (\(check.text(0))); restore a backup, or run `llmgw ledger recover`")
    }

    /// Refuses what is no ledger, or a newer one than this program knows.
    static func check(_ connection: Connection) throws {
        let path = connection.path
        guard try connection.integer("PRAGMA application_id") == Schema.applicationID else {
            throw LedgerError(
                .corrupt, "\(path) is not a ledger, or is damaged; move it away by hand or restore a backup")
        }
        let version = try connection.integer("PRAGMA user_version") ?? 0
        guard version <= Schema.version else {
            throw newer(path, "has schema \(version), this program knows \(Schema.version)")
        }
        guard version >= 1 else {
            throw LedgerError(.corrupt, "\(path) has no schema; move it away by hand or restore a backup")
        }
        if let step = try MigrationStep.unknown(connection) {
            throw newer(path, "has the change '\(step)' of schema \(version), which this program does not know")
        }
    }

    /// Names the backup with which this program can go on.
    private static func newer(_ path: String, _ problem: String) -> LedgerError {
        let backups = (1...Schema.version).reversed().lazy.map { Migration.backup(of: path, version: $0) }
        let back =
            backups.first(where: fileExists).map {
                "put its backup \($0) in its place, which has nothing of what was recorded since"
            }
            ?? "restore a backup of before that change; \(Migration.backup(of: path, version: Schema.version)) is not there"
        return LedgerError(.schema, "\(path) \(problem); use a newer llmgw, or \(back)")
    }

    /// Refuses what only a writer may bring up to date.
    static func checkIsCurrent(_ connection: Connection) throws {
        try check(connection)
        let version = try connection.integer("PRAGMA user_version") ?? 0
        guard let step = try Migration.missing(connection).first else { return }
        let problem =
            version < Schema.version
            ? "has schema \(version), this program reads \(Schema.version)" : "lacks the change '\(step.name)'"
        throw LedgerError(
            .outdated,
            "\(connection.path) \(problem); start the gateway once (`llmgw serve`): it makes a backup and brings the file"
                + " up to date")
    }
}

/// Whether a file is there, or may be: where nobody may look, it is not said to be missing.
func fileExists(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 || (errno != ENOENT && errno != ENOTDIR)
}

func restrictToOwner(_ path: String) { chmod(path, 0o600) }

import CSQLite

/// One connection to a database file, for one thread.
final class Connection {
    let handle: OpaquePointer
    let path: String

    enum Access { case create, readWrite, readOnly }

    /// Done once in a process, before its first connection.
    private static let isConfigured = csqlite_disable_memory_statistics() == SQLITE_OK

    init(_ path: String, _ access: Access) throws(SQLiteError) {
        _ = Connection.isConfigured
        var opened: OpaquePointer?
        let mode =
            switch access {
            case .create: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            case .readWrite: SQLITE_OPEN_READWRITE
            case .readOnly: SQLITE_OPEN_READONLY
            }
        let code = sqlite3_open_v2(path, &opened, mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard let opened else { throw SQLiteError(code: SQLITE_NOMEM, message: "no memory for a connection") }
        guard code == SQLITE_OK else {
            let message = String(cString: sqlite3_errmsg(opened))
            sqlite3_close_v2(opened)
            throw SQLiteError(code: code, message: message)
        }
        handle = opened
        self.path = path
    }

    deinit { close() }

    private(set) var isOpen = true

    /// Gives the file back, now; statements of the connection are of no use any more.
    func close() {
        guard isOpen else { return }
        isOpen = false
        while let statement = sqlite3_next_stmt(handle, nil) { sqlite3_finalize(statement) }
        sqlite3_close_v2(handle)
    }

    /// Runs statements that return nothing.
    func execute(_ sql: String) throws(SQLiteError) {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw error(code) }
    }

    /// Compiles one statement that will be used often.
    func prepare(_ sql: String) throws(SQLiteError) -> Statement {
        var statement: OpaquePointer?
        let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard code == SQLITE_OK, let statement else { throw error(code) }
        return Statement(statement, self)
    }

    /// Returns the first column of the first row of a query, or nil.
    func integer(_ sql: String) throws(SQLiteError) -> Int64? {
        let statement = try prepare(sql)
        return try statement.step() ? statement.integer(0) : nil
    }

    var changes: Int32 { sqlite3_changes(handle) }
    var lastRowID: Int64 { sqlite3_last_insert_rowid(handle) }
    /// False while a transaction is open.
    var isIdle: Bool { sqlite3_get_autocommit(handle) != 0 }
    var isReadOnly: Bool { sqlite3_db_readonly(handle, "main") == 1 }

    func error(_ code: Int32) -> SQLiteError {
        SQLiteError(code: code, message: String(cString: sqlite3_errmsg(handle)))
    }
}

extension Connection {
    /// Sets what every connection of the ledger needs, before its first statement.
    func harden() throws(SQLiteError) {
        csqlite_set_defensive(handle)
        try execute("PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA mmap_size=0; PRAGMA foreign_keys=ON")
    }

    /// Undoes the open transaction, if there is one.
    func rollback() {
        guard !isIdle else { return }
        sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
    }

    /// Runs `body` so that it happens whole or not at all, inside an open transaction.
    func savepoint<T>(_ body: () throws -> T) throws -> T {
        try execute("SAVEPOINT part")
        do {
            let value = try body()
            try execute("RELEASE part")
            return value
        } catch {
            if !isIdle { try execute("ROLLBACK TO part; RELEASE part") }
            throw error
        }
    }
}

import CSQLite

/// Reports from the ledger's file, while a gateway runs or not. One read-only connection, for one thread.
package final class LedgerReader {
    let connection: Connection
    let identities: IdentityReader
    let prices: PriceTable

    private init(_ connection: Connection) throws(SQLiteError) {
        self.connection = connection
        prices = try PriceTable(connection)
        identities = try IdentityReader(connection, prices)
    }

    /// The version of SQLite that is linked, such as `3.40.1`.
    package static var sqliteVersion: String { String(cString: sqlite3_libversion()) }

    /// The version of the tables that this program reads.
    package static var schemaVersion: Int64 { Schema.version }

    /// Opens an existing ledger; a file that no gateway has made yet is `missing`.
    package static func open(_ path: String) throws(LedgerError) -> LedgerReader {
        guard fileExists(path) else {
            throw LedgerError(
                .missing, "\(path): there is no ledger yet; a gateway makes it at its first start (`llmgw serve`)")
        }
        return try explaining(path) {
            let connection = try Connection(path, .readOnly)
            sqlite3_busy_timeout(connection.handle, 2_000)
            csqlite_set_no_checkpoint_on_close(connection.handle)
            try connection.harden()
            try LedgerFile.checkIsCurrent(connection)
            return try LedgerReader(connection)
        }
    }

    /// Whether there is a file that cannot be read: of an older program until a writer has brought it up to date, or for
    /// another reason.
    package static func isUnreadable(_ path: String) -> Bool {
        do throws(LedgerError) {
            _ = try open(path)
            return false
        } catch {
            return error.kind != .missing
        }
    }

    /// Before which moments rows may have been removed.
    package func keptRows() throws(LedgerError) -> KeptRows {
        try read {
            func moment(_ name: String) throws -> Int64? {
                let value = try meta(name)
                return value > 0 ? value : nil
            }
            return KeptRows(attempts: try moment("attempts_kept_from"), refused: try moment("refused_kept_from"))
        }
    }

    /// Runs `body` on one snapshot of the file.
    func read<Value>(_ body: () throws -> Value) throws(LedgerError) -> Value {
        try LedgerReader.explaining(connection.path) {
            try connection.execute("BEGIN")
            defer { connection.rollback() }
            return try body()
        }
    }

    private static func explaining<Value>(
        _ path: String, _ body: () throws -> Value
    ) throws(LedgerError) -> Value {
        do {
            return try body()
        } catch let error as LedgerError {
            throw error
        } catch let error as SQLiteError {
            throw LedgerError(error, path: path)
        } catch {
            throw LedgerError(.fatal, "\(path): \(error)")
        }
    }
}

import CSQLite

/// A call of SQLite that failed, with its extended result code.
struct SQLiteError: Error {
    var code: Int32
    var message: String

    /// The result code without its extension.
    var primary: Int32 { code & 0xFF }

    /// Whether the file is not what SQLite wrote.
    var isDamage: Bool { primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB }

    static func failed(_ message: String) -> SQLiteError { SQLiteError(code: SQLITE_ERROR, message: message) }
}

extension LedgerError {
    /// Says what a failure of SQLite means for whoever runs the gateway.
    init(_ error: SQLiteError, path: String) {
        let why = "\(path): \(error.message) (SQLite \(error.code))"
        switch error.primary {
        case SQLITE_FULL:
            self.init(.unavailable, "\(why); free space on its disk and the ledger goes on by itself")
        case SQLITE_BUSY, SQLITE_LOCKED:
            self.init(.unavailable, "\(why); another program holds a lock on the file, close it")
        case SQLITE_READONLY, SQLITE_PERM, SQLITE_CANTOPEN, SQLITE_AUTH:
            self.init(.unavailable, "\(why); make the file and its folder writable for the gateway's user")
        case SQLITE_NOMEM:
            self.init(.unavailable, "\(why); the machine is out of memory")
        case SQLITE_CORRUPT, SQLITE_NOTADB:
            self.init(.corrupt, "\(why); it is damaged: restore a backup, or run `llmgw ledger recover`")
        case SQLITE_CONSTRAINT:
            self.init(.conflict, why)
        case SQLITE_ERROR, SQLITE_MISUSE, SQLITE_MISMATCH, SQLITE_RANGE, SQLITE_INTERNAL:
            self.init(.fatal, "\(why); the file's tables are not what this program expects, run `llmgw ledger verify`")
        default:
            self.init(.fatal, "\(why); what was written is uncertain, the gateway must be started anew")
        }
    }
}

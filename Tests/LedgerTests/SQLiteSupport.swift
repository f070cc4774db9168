import CSQLite

struct SQLiteFailure: Error { var message: String }

/// Another program's connection to the file.
final class OtherProgram {
    private let handle: OpaquePointer

    init(_ path: String) throws {
        var opened: OpaquePointer?
        guard sqlite3_open(path, &opened) == SQLITE_OK, let opened else { throw SQLiteFailure(message: "open") }
        handle = opened
    }

    deinit { sqlite3_close(handle) }

    func execute(_ sql: String) throws {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else {
            throw SQLiteFailure(message: String(cString: sqlite3_errmsg(handle)))
        }
    }

    /// Returns the first column of the first row of a query.
    func text(_ sql: String) throws -> String? {
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK, sqlite3_step(statement) == SQLITE_ROW
        else { throw SQLiteFailure(message: String(cString: sqlite3_errmsg(handle))) }
        return sqlite3_column_text(statement, 0).map { String(cString: $0) }
    }
}

func sqlite(_ path: String, _ sql: String) throws {
    try OtherProgram(path).execute(sql)
}

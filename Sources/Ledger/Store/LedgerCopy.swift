import Glibc

/// Writes a whole, compact copy of a ledger to a file: 0600, durable, and there under its name only when it is whole.
enum LedgerCopy {
    /// Replaces a file of that name.
    ///
    /// - Parameter check: looks at the copy, under another name, before it takes its place.
    static func write<Value>(
        _ connection: Connection, to path: String, check: (String) throws -> Value
    ) throws -> Value {
        let fresh = path + ".new"
        for name in [fresh, fresh + "-journal"] { unlink(name) }
        let made = open(fresh, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard made >= 0 else { throw failure(fresh) }
        defer { close(made) }
        let value: Value
        do {
            let vacuum = try connection.prepare("VACUUM INTO ?")
            vacuum.bind(1, fresh)
            try vacuum.run()
            value = try check(fresh)
        } catch let error as SQLiteError {
            unlink(fresh)
            throw LedgerError(error, path: fresh)
        } catch {
            unlink(fresh)
            throw error
        }
        guard fsync(made) == 0, rename(fresh, path) == 0 else {
            let error = failure(fresh)
            unlink(fresh)
            throw error
        }
        LedgerFile.syncFolder(of: path)
        return value
    }

    private static func failure(_ path: String) -> LedgerError {
        LedgerError(
            .unavailable,
            "\(path): \(lastSystemError()); no copy can be written: make its folder writable, with as much space as the"
                + " ledger takes")
    }
}

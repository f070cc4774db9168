import CSQLite

/// Moves the log's pages into the file: some after each thousand, all of it when idle and the log has grown large.
final class Checkpointer {
    private static let pagesBetween: Int32 = 1_000
    private static let large: Int32 = 16_384  // 64 MB

    private let connection: Connection
    private let pages: UnsafeMutablePointer<Int32>
    private let busyTimeout: Int32
    private var done: Int32 = 0

    init(_ connection: Connection, busyTimeout: Duration) {
        self.connection = connection
        self.busyTimeout = Int32(clamping: busyTimeout.nanoseconds / 1_000_000)
        pages = .allocate(capacity: 1)
        pages.initialize(to: 0)
        sqlite3_wal_hook(
            connection.handle,
            { context, _, _, count in
                context?.assumingMemoryBound(to: Int32.self).pointee = count
                return SQLITE_OK
            }, pages)
    }

    deinit {
        if connection.isOpen { sqlite3_wal_hook(connection.handle, nil, nil) }
        pages.deallocate()
    }

    var wantsIdleTime: Bool { pages.pointee > Checkpointer.large }

    /// Runs between transactions. A reader in the way costs nothing: the next run does the rest.
    func run(isIdle: Bool) throws(SQLiteError) {
        if pages.pointee < done { done = 0 }
        if isIdle, wantsIdleTime {
            try truncate()
        } else if pages.pointee - done >= Checkpointer.pagesBetween {
            try checkpoint(SQLITE_CHECKPOINT_PASSIVE)
            done = pages.pointee
        }
    }

    /// Empties the log, unless a reader needs it.
    func truncate() throws(SQLiteError) {
        sqlite3_busy_timeout(connection.handle, 0)
        defer { sqlite3_busy_timeout(connection.handle, busyTimeout) }
        if try checkpoint(SQLITE_CHECKPOINT_TRUNCATE) { (pages.pointee, done) = (0, 0) }
    }

    /// Returns whether all was done. A failed write or fsync here is as grave as in a commit.
    @discardableResult
    private func checkpoint(_ mode: Int32) throws(SQLiteError) -> Bool {
        let code = sqlite3_wal_checkpoint_v2(connection.handle, "main", mode, nil, nil)
        switch code & 0xFF {
        case SQLITE_OK: return true
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_READONLY: return false
        default: throw connection.error(code)
        }
    }
}

import CSQLite
import Glibc

/// Opens the copy of a damaged ledger, with its first page mended as far as that is needed.
enum DamagedFile {
    private static let headerBytes = 100
    private static let pageBytes = 4_096

    /// - Parameter fresh: a new ledger, whose header and list of tables are as those of the damaged one were.
    static func open(_ copy: String, like fresh: String, _ report: inout SalvageReport) throws -> Connection {
        if let connection = opened(copy) { return connection }
        let mends: [(bytes: Int, note: String)] = [
            (headerBytes, "the file's header was damaged and is a new one"),
            (pageBytes, "the file's first page was damaged and is that of a new ledger"),
        ]
        for mend in mends {
            try replaceStart(of: copy, with: fresh, mend.bytes)
            guard let connection = opened(copy) else { continue }
            report.notes.append(mend.note)
            return connection
        }
        throw LedgerError(
            .corrupt, "\(copy): neither the tables' list nor the header can be read: nothing can be saved of this file")
    }

    /// Returns a connection that can read the list of tables.
    private static func opened(_ path: String) -> Connection? {
        guard let connection = try? Connection(path, .readWrite) else { return nil }
        csqlite_set_no_checkpoint_on_close(connection.handle)
        // Damage is looked for as pages are read; a constraint that does not parse must not hide a table.
        guard
            (try? connection.execute("PRAGMA cell_size_check=ON; PRAGMA mmap_size=0; PRAGMA writable_schema=ON"))
                != nil,
            let tables = try? connection.integer("SELECT count(*) FROM sqlite_schema WHERE name='attempt'"), tables == 1
        else { return nil }
        return connection
    }

    /// The new ledger's first bytes, with the size of this file.
    private static func replaceStart(of path: String, with fresh: String, _ count: Int) throws(LedgerError) {
        var bytes = [UInt8](repeating: 0, count: count)
        let from = Glibc.open(fresh, O_RDONLY | O_CLOEXEC)
        guard from >= 0 else { throw LedgerError(.unavailable, "\(fresh): \(lastSystemError())") }
        defer { close(from) }
        let to = Glibc.open(path, O_RDWR | O_CLOEXEC)
        guard to >= 0 else { throw LedgerError(.unavailable, "\(path): \(lastSystemError())") }
        defer { close(to) }
        var status = stat()
        guard pread(from, &bytes, count, 0) == count, fstat(to, &status) == 0, status.st_size >= pageBytes else {
            throw LedgerError(.corrupt, "\(path) has no whole page: nothing can be saved of this file")
        }
        let pages = UInt32(clamping: Int(status.st_size) / pageBytes)
        for (index, shift) in [24, 16, 8, 0].enumerated() {
            bytes[28 + index] = UInt8(truncatingIfNeeded: pages >> UInt32(shift))  // pages of the file
            bytes[32 + index] = 0  // no list of free pages
            bytes[36 + index] = 0
        }
        guard pwrite(to, bytes, count, 0) == count else {
            throw LedgerError(.unavailable, "\(path): \(lastSystemError())")
        }
    }
}

import Glibc

/// Saves what can be read of a damaged ledger into a new one. The damaged file and its log are read and never opened.
///
///     copy both files ─▶ mend the copy's header ─▶ read each table around its gaps ─▶ mend what refers to lost rows
package enum LedgerSalvage {
    /// Takes the ledger's lock, so that no gateway can run. An existing `target` is a `conflict`.
    package static func run(_ path: String, to target: String) throws(LedgerError) -> SalvageReport {
        guard fileExists(path) else { throw LedgerError(.missing, "\(path): there is no such file") }
        guard !fileExists(target) else {
            throw LedgerError(.conflict, "\(target) exists; name a new file for what is saved")
        }
        let lock = try FileLock(for: path)
        defer { withExtendedLifetime(lock) {} }
        let (copy, fresh) = (target + ".damaged", target + ".partial")
        let leftovers = [copy, fresh].flatMap { [$0, $0 + "-wal", $0 + "-shm", $0 + "-journal"] }
        for name in leftovers { unlink(name) }
        defer { for name in leftovers { unlink(name) } }
        do {
            try RawCopy.write(path, to: copy)
            if fileExists(path + "-wal") { try RawCopy.write(path + "-wal", to: copy + "-wal") }
            try LedgerFile.make(fresh)
            let report = try save(copy, to: fresh)
            guard rename(fresh, target) == 0 else { throw LedgerError(.unavailable, "\(target): \(lastSystemError())") }
            LedgerFile.syncFolder(of: target)
            return report
        } catch let error as LedgerError {
            throw error
        } catch let error as SQLiteError {
            throw LedgerError(error, path: target)
        } catch {
            throw LedgerError(.fatal, "\(target): \(error)")
        }
    }

    /// Fills the new file in one transaction.
    private static func save(_ copy: String, to fresh: String) throws -> SalvageReport {
        let target = try Connection(fresh, .readWrite)
        try target.execute("PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=OFF; PRAGMA synchronous=FULL")
        var report = SalvageReport()
        let source = try DamagedFile.open(copy, like: fresh, &report)
        try target.execute("BEGIN IMMEDIATE")
        let names = try target.prepare("SELECT name FROM sqlite_schema WHERE type='table' ORDER BY rowid")
        while try names.step() {
            guard var table = try TableSalvage(names.text(0), from: source, to: target) else {
                report.tables.append(SalvageReport.Table(name: names.text(0)))
                continue
            }
            try table.run()
            report.tables.append(table.result)
        }
        try SalvageMending(target).run(&report)
        try target.execute("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)")
        return report
    }
}

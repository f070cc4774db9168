extension LedgerReader {
    /// Writes a whole, compact copy of this moment's ledger to a file, while the gateway runs, and verifies the copy.
    ///
    /// Returns what the copy's books show, as ``verify()`` does. An existing file is a `conflict` unless it is `replaced`.
    @discardableResult
    package func backup(to path: String, replacing replaced: Bool = false) throws(LedgerError) -> [Finding] {
        guard replaced || !fileExists(path) else {
            throw LedgerError(.conflict, "\(path) exists; name a new file for the backup, or say --force")
        }
        do {
            return try LedgerCopy.write(connection, to: path) { copy in try LedgerReader.open(copy).verify() }
        } catch let error as LedgerError {
            throw error
        } catch {
            throw LedgerError(.fatal, "\(path): \(error)")
        }
    }
}

extension LedgerReader {
    /// Writes a whole, compact copy of this moment's ledger to a new file, while the gateway runs.
    ///
    /// An existing file is a `conflict`: a backup never replaces another.
    package func backup(to path: String) throws(LedgerError) {
        guard !fileExists(path) else {
            throw LedgerError(.conflict, "\(path) exists; name a new file for the backup")
        }
        do {
            let vacuum = try connection.prepare("VACUUM INTO ?")
            vacuum.bind(1, path)
            try vacuum.run()
        } catch {
            throw LedgerError(error, path: path)
        }
        restrictToOwner(path)
    }
}

/// What a batch adds to the roll-ups, kept in memory and written once, in the transaction of the rows themselves.
final class RollupBook {
    private let table: RollupTable
    private var changes: [RollupKey: RollupFigures] = [:]
    /// The changes before the small write that runs, so that it can fail alone.
    private var before: [RollupKey: RollupFigures] = [:]

    init(_ connection: Connection) throws(SQLiteError) { table = try RollupTable(connection) }

    func add(_ figures: RollupFigures, to key: RollupKey) {
        changes[key, default: RollupFigures()].add(figures)
    }

    /// From here on changes can be taken back with ``takeBack()``.
    func markChanges() { before = changes }

    /// Undoes the changes since ``markChanges()``.
    func takeBack() { changes = before }

    func flush() throws(SQLiteError) {
        for (key, figures) in changes { try table.add(figures, to: key) }
        forget()
    }

    /// Forgets what a rollback undid, or a commit will keep.
    func forget() {
        changes.removeAll(keepingCapacity: true)
        before.removeAll()
    }
}

import Inference
import Synchronization

/// Names a unit of an experiment's phase.
struct AssignmentKey: Hashable {
    var experiment: String
    var phase: Int
    var unit: [UInt8]
}

extension LedgerWriter {
    /// The most variants that are kept in memory; more are read from the file.
    private static let cached = 200_000

    /// Returns the variant that a unit was given in a phase, or nil.
    package func assignment(
        experiment: String, phase: Int, unitHash: [UInt8]
    ) async throws(LedgerError) -> String? {
        let key = AssignmentKey(experiment: experiment, phase: phase, unit: unitHash)
        if let known = variants.withLock({ $0[key] }) { return known }
        let stored = try await perform { writer in try key.variant(writer.connection) }
        if let stored { keep(stored, for: key) }
        return stored
    }

    /// Stores a unit's variant unless it has one, and returns the one that holds.
    package func storeAssignment(
        experiment: String, phase: Int, unitHash: [UInt8], variant: String, at: Int64
    ) async throws(LedgerError) -> String {
        let key = AssignmentKey(experiment: experiment, phase: phase, unit: unitHash)
        if let known = variants.withLock({ $0[key] }) { return known }
        let stored = try await perform { writer in
            let insert = try writer.connection.prepare("INSERT OR IGNORE INTO assignment VALUES(?,?,?,?,?)")
            insert.bind(1, experiment)
            insert.bind(2, phase)
            insert.bind(3, unitHash)
            insert.bind(4, variant)
            insert.bind(5, at)
            try insert.run()
            return try key.variant(writer.connection) ?? variant
        }
        keep(stored, for: key)
        return stored
    }

    private func keep(_ variant: String, for key: AssignmentKey) {
        variants.withLock { variants in
            if variants.count >= LedgerWriter.cached { variants.removeAll() }
            variants[key] = variant
        }
    }
}

extension AssignmentKey {
    fileprivate func variant(_ connection: Connection) throws(SQLiteError) -> String? {
        let select = try connection.prepare(
            "SELECT variant FROM assignment WHERE experiment=? AND phase=? AND unit=?")
        select.bind(1, experiment)
        select.bind(2, phase)
        select.bind(3, unit)
        return try select.step() ? select.text(0) : nil
    }
}

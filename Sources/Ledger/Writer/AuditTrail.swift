import Crypto

extension LedgerWriter {
    /// Appends to the audit trail; durable when it returns, so that an action can wait for its record.
    package func audit(_ entry: AuditEntry) async throws(LedgerError) {
        try await perform { writer in try writer.append(entry) }
    }
}

extension Writer {
    func append(_ entry: AuditEntry) throws(SQLiteError) {
        let last = try connection.prepare("SELECT chain FROM audit ORDER BY n DESC LIMIT 1")
        let previous = try last.step() ? last.bytes(0) : AuditEntry.origin
        let insert = try connection.prepare(
            "INSERT INTO audit(at, actor, action, subject, detail, chain) VALUES(?,?,?,?,?,?)")
        insert.bind(1, entry.at)
        insert.bind(2, entry.actor)
        insert.bind(3, entry.action)
        insert.bind(4, entry.subject)
        insert.bind(5, entry.detail)
        insert.bind(6, entry.link(after: previous))
        try insert.run()
        // A count of its own, which does not go back when rows are cut off the end.
        try connection.execute("UPDATE meta SET value=value+1 WHERE name='audit_rows'")
    }
}

extension AuditEntry {
    /// What the first link is made from.
    static let origin = [UInt8](repeating: 0, count: 32)

    /// SHA-256 of the link before and of each member with its length: no row can be changed, moved or taken out.
    func link(after previous: [UInt8]) -> [UInt8] {
        var bytes = previous
        for member in [String(at), actor, action, subject, detail] {
            withUnsafeBytes(of: UInt64(member.utf8.count).bigEndian) { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: member.utf8)
        }
        return SHA256.hash(bytes).bytes
    }
}

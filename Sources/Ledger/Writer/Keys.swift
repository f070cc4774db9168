import Inference
import Synchronization

extension LedgerWriter {
    /// Stores a key; a hash or id that exists is a `conflict`.
    package func createKey(_ key: KeyRecord) async throws(LedgerError) {
        try await perform { writer in
            let insert = try writer.connection.prepare(
                """
                INSERT INTO key(id, application, name, hash, created_at, expires_at, revoked_at, replaces,
                  prefix) VALUES(?,?,?,?,?,?,?,?,?)
                """)
            insert.bind(1, key.id)
            insert.bind(2, key.application)
            insert.bind(3, key.name)
            insert.bind(4, key.hash)
            insert.bind(5, key.createdAt)
            insert.bind(6, key.expiresAt)
            insert.bind(7, key.revokedAt)
            insert.bind(8, key.replaces)
            insert.bind(9, key.prefix)
            try insert.run()
        }
        keyChanges.add(1, ordering: .releasing)
    }

    /// Ends a key's life at `at`, UTC milliseconds; an earlier revocation stays. An unknown id is `missing`.
    package func revokeKey(_ id: String, at: Int64) async throws(LedgerError) {
        try await changeKey(id, at, "UPDATE key SET revoked_at=min(ifnull(revoked_at, ?1), ?1) WHERE id=?2")
    }

    /// Moves a key's end, as a rotation does for the key that it replaces. An unknown id is `missing`.
    package func expireKey(_ id: String, at: Int64) async throws(LedgerError) {
        try await changeKey(id, at, "UPDATE key SET expires_at=?1 WHERE id=?2")
    }

    package func allKeys() async throws(LedgerError) -> [KeyRecord] {
        try await perform { writer in try KeyRecord.all(writer.connection, application: nil) }
    }

    private func changeKey(_ id: String, _ moment: Int64, _ sql: String) async throws(LedgerError) {
        try await perform { writer in
            let update = try writer.connection.prepare(sql)
            update.bind(1, moment)
            update.bind(2, id)
            try update.run()
            guard writer.connection.changes == 1 else {
                throw LedgerError(.missing, "no key has the id '\(id)'; `llmgw keys list` shows them")
            }
        }
        keyChanges.add(1, ordering: .releasing)
    }
}

extension KeyRecord {
    /// Reads the keys of an application, or all, in the order of their making.
    static func all(_ connection: Connection, application: String?) throws(SQLiteError) -> [KeyRecord] {
        let select = try connection.prepare(
            """
            SELECT id, application, name, hash, created_at, expires_at, revoked_at, replaces, prefix FROM key
            WHERE ?1 IS NULL OR application=?1 ORDER BY created_at, id
            """)
        select.bind(1, application)
        var keys: [KeyRecord] = []
        while try select.step() {
            keys.append(
                KeyRecord(
                    id: select.text(0), application: select.text(1), name: select.text(2), hash: select.bytes(3),
                    createdAt: select.integer(4), expiresAt: select.optionalInteger(5),
                    revokedAt: select.optionalInteger(6), replaces: select.optionalText(7),
                    prefix: select.optionalText(8)))
        }
        return keys
    }
}

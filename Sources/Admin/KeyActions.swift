import CivilTime
import Crypto
package import Ledger

/// Makes and ends keys; each action is in the audit trail before it takes effect.
///
/// The admin API uses it in a running gateway, and the command line where none runs.
package struct KeyActions: Sendable {
    private let ledger: LedgerWriter
    /// Who acts, for the audit trail.
    private let actor: String

    package init(_ ledger: LedgerWriter, actor: String) {
        self.ledger = ledger
        self.actor = actor
    }

    /// Makes a key of an application that the caller has found in the configuration.
    ///
    /// - Parameter expires: UTC milliseconds; nil for a key without an end.
    package func create(
        application: String, name: String, expires: Int64?
    ) async throws(LedgerError) -> NewKey {
        try await make(application: application, name: name, expires: expires, replaces: nil, action: "keys.create")
    }

    /// Ends a key now. An unknown id is `missing`.
    package func revoke(_ id: String) async throws(LedgerError) -> KeyRecord {
        let record = try await record(id)
        let now = Clock.utcMilliseconds()
        try await note("keys.revoke", record, detail: "application=\(record.application)", at: now)
        try await ledger.revokeKey(id, at: now)
        return try await self.record(id)
    }

    /// Makes a key that takes the place of another, which stays valid for `overlap` milliseconds.
    ///
    /// A key that has ended cannot be rotated: `conflict`.
    package func rotate(_ id: String, overlap: Int64) async throws(LedgerError) -> NewKey {
        let old = try await record(id)
        let now = Clock.utcMilliseconds()
        guard (old.revokedAt ?? .max) > now, (old.expiresAt ?? .max) > now else {
            throw LedgerError(
                .conflict, "the key '\(id)' has ended; make another with `llmgw keys create \(old.application)`")
        }
        let key = try await make(
            application: old.application, name: old.name, expires: nil, replaces: id, action: "keys.rotate")
        let (end, overflowed) = now.addingReportingOverflow(overlap)
        try await ledger.expireKey(id, at: min(old.expiresAt ?? .max, overflowed ? .max : end))
        return key
    }

    private func make(
        application: String, name: String, expires: Int64?, replaces: String?, action: String
    ) async throws(LedgerError) -> NewKey {
        let now = Clock.utcMilliseconds()
        let secret = "llmgw-" + Base62.encode(SecureRandom.bytes(32))
        let record = KeyRecord(
            id: KeyActions.newID(at: now), application: application, name: name, hash: SHA256.hash(secret).bytes,
            createdAt: now, expiresAt: expires, replaces: replaces, prefix: String(secret.prefix(10)))
        let detail = ["application=\(application)", "name=\(name)", replaces.map { "replaces=\($0)" }]
        try await note(action, record, detail: detail.compactMap(\.self).joined(separator: " "), at: now)
        try await ledger.createKey(record)
        return NewKey(record: record, secret: secret)
    }

    private func record(_ id: String) async throws(LedgerError) -> KeyRecord {
        guard let record = try await ledger.allKeys().first(where: { $0.id == id }) else {
            throw LedgerError(.missing, "no key has the id '\(id)'; `llmgw keys list` shows them")
        }
        return record
    }

    private func note(_ action: String, _ key: KeyRecord, detail: String, at now: Int64) async throws(LedgerError) {
        try await ledger.audit(AuditEntry(at: now, actor: actor, action: action, subject: key.id, detail: detail))
    }

    /// `key_` and 26 characters that sort by time, as the names of requests do.
    private static func newID(at now: Int64) -> String {
        let id = SortableID.text(milliseconds: now, random: (SecureRandom.uint64(), SecureRandom.uint64()))
        return "key_" + id
    }
}

/// A key at the only moment at which its secret is known.
package struct NewKey: Sendable {
    package let record: KeyRecord
    /// `llmgw-` and the key; it is stored nowhere.
    package let secret: String
}

import CivilTime
package import JSON
package import Ledger

/// The keys of applications; of a key itself there is only its name.
package struct KeyReport: Sendable {
    private let keys: [KeyRecord]
    private let now: Int64
    /// UTC milliseconds by the id of a key; nil where nobody looked.
    private let uses: [String: Int64]?

    /// - Parameter now: UTC milliseconds: decides what is valid.
    package init(keys: [KeyRecord], now: Int64, uses: [String: Int64]? = nil) {
        self.keys = keys
        self.now = now
        self.uses = uses
    }

    /// The newest first.
    package func table(_ view: TableView = .plain) -> String {
        let columns = [
            Column("id"), Column("application", spare: 1, isShortened: true), Column("name", isShortened: true),
            Column("begins", spare: 4), Column("status", colour: TableColour.ofState), Column("last used", spare: 2),
            Column("created", spare: 5), Column("expires", spare: 3),
        ]
        let newest = keys.sorted { ($0.createdAt, $0.id) > ($1.createdAt, $1.id) }
        let rows = newest.map { key in
            [
                key.id, key.application, key.name, key.prefix.map { $0 + "…" } ?? "–", status(of: key),
                uses?[key.id].map { Timestamp.format($0) } ?? "never", Timestamp.format(key.createdAt),
                key.expiresAt.map { Timestamp.format($0) } ?? "never",
            ]
        }
        return TextTable(columns, rows: rows).text(for: view)
    }

    package var json: JSONWriter {
        var body = JSONWriter()
        body.beginObject()
        body.name("keys")
        body.beginArray()
        for key in keys { write(key, to: &body) }
        body.endArray()
        body.endObject()
        return body
    }

    private func write(_ key: KeyRecord, to body: inout JSONWriter) {
        body.beginObject()
        body.member("id", key.id)
        body.member("application", key.application)
        body.member("name", key.name)
        body.member("prefix", key.prefix)
        body.member("status", status(of: key))
        body.member("created", Timestamp.format(key.createdAt))
        body.member("expires", key.expiresAt.map { Timestamp.format($0) })
        body.member("revoked", key.revokedAt.map { Timestamp.format($0) })
        body.member("replaces", key.replaces)
        if let uses { body.member("last_used", uses[key.id].map { Timestamp.format($0) }) }
        body.endObject()
    }

    private func status(of key: KeyRecord) -> String {
        if (key.revokedAt ?? .max) <= now { return "revoked" }
        return (key.expiresAt ?? .max) <= now ? "expired" : "valid"
    }
}

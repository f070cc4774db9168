/// An application's key as the ledger keeps it: its hash, never the key.
package struct KeyRecord: Sendable, Hashable {
    /// Such as `key_01K…`; chosen by the caller.
    package var id: String
    package var application: String
    package var name: String
    /// SHA-256 of the whole secret, 32 bytes.
    package var hash: [UInt8]
    /// UTC milliseconds.
    package var createdAt: Int64
    package var expiresAt: Int64?
    package var revokedAt: Int64?
    /// The id of the key that this one rotates out.
    package var replaces: String?
    /// How the key begins, such as `llmgw-Zk3Q`; nil for keys that were made before this was noted.
    package var prefix: String?

    package init(
        id: String, application: String, name: String, hash: [UInt8], createdAt: Int64, expiresAt: Int64? = nil,
        revokedAt: Int64? = nil, replaces: String? = nil, prefix: String? = nil
    ) {
        self.id = id
        self.application = application
        self.name = name
        self.hash = hash
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
        self.replaces = replaces
        self.prefix = prefix
    }
}

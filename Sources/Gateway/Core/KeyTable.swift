import Crypto
package import Ledger
import Synchronization

/// The keys that are valid, by the SHA-256 of the key: what a request's first look-up asks.
///
/// A snapshot that is replaced whole whenever a key is made or revoked. Safe to use from all threads.
package final class KeyTable: Sendable {
    private let keys = Mutex<[Digest: KeyRecord]>([:])
    private let editions = Atomic<UInt64>(0)

    package init() {}

    /// Another one after each ``replace(with:)``: what was found under one edition holds while it lasts.
    package var edition: UInt64 { editions.load(ordering: .acquiring) }

    package func replace(with records: [KeyRecord]) {
        let pairs = records.compactMap { record in Digest(bytes: record.hash).map { ($0, record) } }
        let table = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
        keys.withLock { $0 = table }
        editions.add(1, ordering: .releasing)
    }

    /// Returns the record of `key` unless it is unknown, revoked or expired.
    ///
    /// What is looked up is a digest, which an attacker cannot choose bit by bit, so the table's timing tells nothing
    /// of the keys in it; the last comparison takes the same time whatever differs.
    ///
    /// - Parameter now: milliseconds since 1970, UTC.
    package func record(of key: ArraySlice<UInt8>, at now: Int64) -> KeyRecord? {
        known(key).flatMap { $0.isValid(at: now) ? $0 : nil }
    }

    /// Returns the record of `key`, be it valid or not: for those who are told of a refusal, never for a decision.
    package func known(_ key: ArraySlice<UInt8>) -> KeyRecord? {
        let digest = SHA256.hash(key.span)
        guard let record = keys.withLock({ $0[digest] }), constantTimeEquals(record.hash, digest.bytes) else {
            return nil
        }
        return record
    }
}

extension KeyRecord {
    /// - Parameter now: milliseconds since 1970, UTC.
    fileprivate func isValid(at now: Int64) -> Bool {
        (revokedAt ?? .max) > now && (expiresAt ?? .max) > now
    }
}

/// Message authentication codes (RFC 2104).
package enum HMAC {
    private static let blockSize = 64

    /// HMAC with SHA-256. Compare codes with `constantTimeEquals`.
    package static func sha256(key: [UInt8], message: [UInt8]) -> Digest {
        var block = key.count > blockSize ? SHA256.hash(key).bytes : key
        block += Array(repeating: 0, count: blockSize - block.count)

        var inner = SHA256()
        inner.update(block.map { $0 ^ 0x36 })
        inner.update(message)

        var outer = SHA256()
        outer.update(block.map { $0 ^ 0x5C })
        outer.update(inner.digest.bytes)
        return outer.digest
    }
}

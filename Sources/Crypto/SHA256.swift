import COpenSSL

/// SHA-256 (FIPS 180-4), at once or piece by piece.
///
/// OpenSSL reports a failure only when the library itself is broken; no digest can be given then, and a wrong
/// one would be worse than an end, so a failure ends the process. No input can cause it.
package struct SHA256: Sendable {
    private var context = SHA256_CTX()

    package init() {
        check(SHA256_Init(&context), "SHA256_Init")
    }

    package mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    package mutating func update(_ bytes: Span<UInt8>) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// Takes the UTF-8 form of `text`.
    package mutating func update(_ text: String) {
        var text = text
        text.withUTF8 { update(UnsafeRawBufferPointer($0)) }
    }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count > 0 else { return }
        check(SHA256_Update(&context, bytes.baseAddress, bytes.count), "SHA256_Update")
    }

    /// The digest of everything so far; more may follow.
    package var digest: Digest {
        var copy = context
        return Digest { check(SHA256_Final($0, &copy), "SHA256_Final") }
    }
}

extension SHA256 {
    package static func hash(_ bytes: [UInt8]) -> Digest {
        var hasher = SHA256()
        hasher.update(bytes)
        return hasher.digest
    }

    package static func hash(_ bytes: Span<UInt8>) -> Digest {
        var hasher = SHA256()
        hasher.update(bytes)
        return hasher.digest
    }

    /// The digest of the UTF-8 form of `text`.
    package static func hash(_ text: String) -> Digest {
        var hasher = SHA256()
        hasher.update(text)
        return hasher.digest
    }
}

/// Ends the process when OpenSSL fails at something that no input can make fail.
func check(_ result: CInt, _ call: StaticString) {
    precondition(result == 1, "OpenSSL is broken: \(call) failed")
}

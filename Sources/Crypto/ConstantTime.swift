import COpenSSL

/// Compares without telling by its duration where two secrets differ. Their lengths are no secret.
package func constantTimeEquals(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return left.isEmpty || CRYPTO_memcmp(left, right, left.count) == 0
}

/// Compares without telling by its duration where two digests differ.
package func constantTimeEquals(_ left: Digest, _ right: Digest) -> Bool {
    left.withSpan { left in
        right.withSpan { right in
            left.withUnsafeBytes { left in
                right.withUnsafeBytes { right in
                    CRYPTO_memcmp(left.baseAddress, right.baseAddress, Digest.byteCount) == 0
                }
            }
        }
    }
}

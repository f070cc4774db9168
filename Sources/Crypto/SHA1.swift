import COpenSSL

/// SHA-1 (FIPS 180-4), for the names that git gives to its objects and for nothing that must be secure.
package enum SHA1 {
    /// The 20 bytes of the digest.
    package static func hash(_ bytes: [UInt8]) -> [UInt8] {
        var context = SHA_CTX()
        check(SHA1_Init(&context), "SHA1_Init")
        if !bytes.isEmpty { check(SHA1_Update(&context, bytes, bytes.count), "SHA1_Update") }
        return [UInt8](unsafeUninitializedCapacity: 20) { buffer, count in
            check(SHA1_Final(buffer.baseAddress, &context), "SHA1_Final")
            count = 20
        }
    }

    /// The id that git gives to a file of these bytes, as 40 hexadecimal digits.
    package static func gitBlobID(_ bytes: [UInt8]) -> String {
        Hex.encode(hash(Array("blob \(bytes.count)\0".utf8) + bytes))
    }
}

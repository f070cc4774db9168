import Crypto
import Testing

@Suite struct SHA256Tests {
    @Test(arguments: [  // FIPS 180-4 examples of NIST, and the empty message
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func matchesNIST(message: String, hex: String) {
        #expect(SHA256.hash(message).hex == hex)
        #expect(SHA256.hash(Array(message.utf8)).hex == hex)
        #expect(SHA256.hash(Array(message.utf8).span).hex == hex)
    }

    @Test func matchesNISTForAMillionBytes() {
        let hex = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        #expect(SHA256.hash(String(repeating: "a", count: 1_000_000)).hex == hex)
    }

    @Test func piecesGiveTheDigestOfTheWhole() {
        let message = (0..<1_000).map { UInt8(truncatingIfNeeded: $0) }
        for size in [1, 7, 63, 64, 65, 999] {
            var hasher = SHA256()
            for start in stride(from: 0, to: message.count, by: size) {
                hasher.update(Array(message[start..<min(start + size, message.count)]))
            }
            #expect(hasher.digest == SHA256.hash(message))
        }
    }

    @Test func askingForTheDigestDoesNotEndTheMessage() {
        var hasher = SHA256()
        hasher.update("ab")
        let first = hasher.digest
        hasher.update("c")
        #expect(first == SHA256.hash("ab"))
        #expect(hasher.digest == SHA256.hash("abc"))
    }
}

@Suite struct DigestTests {
    @Test func readsBackWhatItWrites() {
        let digest = SHA256.hash("abc")
        #expect(Digest(hex: digest.hex) == digest)
        #expect(Digest(hex: digest.hex.uppercased()) == digest)
        #expect(Digest(bytes: digest.bytes) == digest)
        #expect(digest.withSpan { $0[0] } == 0xBA)
        #expect(Set([digest, SHA256.hash("abc"), SHA256.hash("abd")]).count == 2)
    }

    @Test(arguments: ["", "ba", String(repeating: "0", count: 63), String(repeating: "g", count: 64)])
    func refusesOtherText(hex: String) {
        #expect(Digest(hex: hex) == nil)
    }
}

@Suite struct SHA1Tests {
    @Test func matchesNIST() {
        #expect(Hex.encode(SHA1.hash(Array("abc".utf8))) == "a9993e364706816aba3e25717850c26c9cd0d89d")
        #expect(Hex.encode(SHA1.hash([])) == "da39a3ee5e6b4b0d3255bfef95601890afd80709")
    }

    @Test func namesAFileAsGitDoes() {  // git hash-object
        #expect(SHA1.gitBlobID([]) == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391")
        #expect(SHA1.gitBlobID(Array("hello\n".utf8)) == "ce013625030ba8dba906f756967f9e9ca394464a")
    }
}

@Suite struct HMACTests {
    @Test(arguments: [  // RFC 4231 §4.2, 4.3, 4.4, 4.7, 4.8
        (
            [UInt8](repeating: 0x0B, count: 20), Array("Hi There".utf8),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xAA, count: 20), [UInt8](repeating: 0xDD, count: 50),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        ),
        (
            [UInt8](repeating: 0xAA, count: 131), Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
        (
            [UInt8](repeating: 0xAA, count: 131),
            Array(
                "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm."
                    .utf8),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
        ),
    ])
    func matchesRFC4231(key: [UInt8], message: [UInt8], hex: String) {
        #expect(HMAC.sha256(key: key, message: message).hex == hex)
    }
}

@Suite struct SecureRandomTests {
    @Test func givesTheLengthAskedForAndNeverTheSameTwice() {
        #expect(SecureRandom.bytes(0).isEmpty)
        #expect(SecureRandom.bytes(3_000_000).count == 3_000_000)
        #expect(Set((0..<1_000).map { _ in SecureRandom.bytes(16) }).count == 1_000)
        #expect(Set((0..<1_000).map { _ in SecureRandom.uint64() }).count == 1_000)
    }
}

@Suite struct ConstantTimeTests {
    @Test func comparesBytesAndDigests() {
        #expect(constantTimeEquals([], []))
        #expect(constantTimeEquals([1, 2], [1, 2]))
        #expect(!constantTimeEquals([1, 2], [1, 3]))
        #expect(!constantTimeEquals([1, 2], [1]))
        #expect(constantTimeEquals(SHA256.hash("a"), SHA256.hash("a")))
        #expect(!constantTimeEquals(SHA256.hash("a"), SHA256.hash("b")))
    }
}

@Suite struct TextEncodingTests {
    @Test func hexReadsBackWhatItWrites() {
        #expect(Hex.encode([0, 0x0F, 0xFF]) == "000fff")
        #expect(Hex.decode("000FfF") == [0, 0x0F, 0xFF])
        #expect(Hex.decode("0") == nil)
        #expect(Hex.decode("0x") == nil)
    }

    @Test func base62HasAFixedWidthForEachLength() {
        #expect(Base62.encode([]) == "")
        #expect(Base62.encode([61]) == "0z")
        #expect(Base62.encode([255]) == "47")  // 4 · 62 + 7
        #expect(Base62.encode([UInt8](repeating: 0, count: 32)).count == 43)
        let largest = Base62.encode([UInt8](repeating: 255, count: 32))  // 2^256 - 1
        #expect(largest == "yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp1")
        #expect(Base62.encode([UInt8](repeating: 255, count: 16)).count == 22)
    }
}

import Gateway
import Testing

/// Credentials in what others say, in every way in which a writer of JSON or URLs says them.
@Suite struct CredentialSearchTests {
    private func finds(_ key: String, _ text: String, header: String = "authorization") -> Bool {
        CredentialSearch([(name: header, value: header == "authorization" ? "Bearer \(key)" : key)])
            .isRepeated(in: text.utf8)
    }

    @Test(arguments: [
        "a/b+c=d&e", "token-abc123", "abcd", "sk/ünï😀", "k\"q\\w", "pa ss", "0123456789abcdef/ghi", "50%2Foff",
    ])
    func everyWayToWriteAKeyIsSeen(key: String) {
        let units = key.utf16.map { unit in
            let digits = String(unit, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }.joined()
        let percent = key.utf8.map { ($0 < 16 ? "%0" : "%") + String($0, radix: 16) }.joined()
        let quoted = key.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        let writings = [
            key, quoted, quoted.replacing("/", with: "\\/"), units, units.uppercased().replacing("\\U", with: "\\u"),
            percent, percent.uppercased(), units.replacing("\\", with: "\\\\"), percent.replacing("%", with: "%25"),
            percent.replacing("%", with: "\\u0025"),
        ]
        for writing in writings {
            #expect(finds(key, #"{"error":"wrong key \#(writing)."}"#), "\(writing)")
            #expect(finds(key, writing, header: "x-api-key"))
        }
        #expect(!finds(key, #"{"error":"wrong key \#(key.dropFirst().dropLast(2))"}"#))
    }

    @Test func theBeginningOfALongKeyIsEnough() {
        #expect(finds("sk-0123456789abcdefghij", "key sk-0123456789…"))
        #expect(!finds("sk-0123456789abcdefghij", "key sk-01234567…"))
    }

    @Test func aShortKeyIsAWordAndNoPartOfOne() {
        #expect(finds("none", "the key 'none' is wrong"))
        #expect(!finds("none", "nonetheless"))
        #expect(!finds("abc", "abc"))  // too short to keep a secret
    }

    @Test func aHeaderThatDoesNotAuthenticateCountsWhenItIsLong() {
        #expect(!finds("2024-10-21", "use 2024-10-21", header: "api-version"))
        #expect(finds("0123456789abcdefg", "0123456789abcdefg", header: "x-route"))
        #expect(finds("hunter2", "hunter2", header: "x-proxy-password"))
    }

    @Test func textsFullOfEscapesEnd() {
        for text in [
            String(repeating: "\\", count: 4096), String(repeating: "%25", count: 4096), "\\u12", "%2", "\\uZZZZ",
        ] {
            #expect(!finds("token-abc123", text))
        }
    }
}

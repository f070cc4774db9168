import JSON
import Testing

@Suite struct JSONDocumentTests {
    let request = Array(
        #"{"model": "gpt", "messages": [{"role": "user", "content": "a\nb \u00e9\ud83d\ude00"}], "n": -3, "x": 1.0, "s": true}"#
            .utf8)

    @Test func findsMembersAndReadsScalars() throws {
        let document = try JSONDocument(request)
        let messages = try #require(document.member("messages", of: document.root))
        let message = try #require(document.elements(of: messages).first { _ in true })
        let content = try #require(document.member(named: "content", of: message))

        #expect(document.string(content) == "a\nb é😀")
        #expect(document.stringByteCount(content) == 10)
        #expect(document.member("n", of: document.root).flatMap(document.integer) == -3)
        #expect(document.member("x", of: document.root).flatMap(document.integer) == nil)
        #expect(document.member("x", of: document.root).flatMap(document.double) == 1)
        #expect(document.member("s", of: document.root).flatMap(document.bool) == true)
        #expect(
            document.members(of: document.root).map { document.string($0.name) } == [
                "model", "messages", "n", "x", "s",
            ])
        #expect(document.count(of: document.root) == 5)
    }

    @Test func namesAreFoundAndStringsComparedAfterUnescaping() throws {
        let document = try JSONDocument(Array(#"{"mod\u0065l": "\u0061\"\u00e9", "": ""}"#.utf8))
        let model = try #require(document.member("model", of: document.root))
        let empty = try #require(document.member("", of: document.root))
        #expect(document.equals(model, "a\"é"))
        #expect(!document.equals(model, "a\"é!"))
        #expect(!document.equals(model, "a\""))
        #expect(document.equals(empty, ""))
        #expect(document.member("mod", of: document.root) == nil)
        #expect(document.member("x", of: model) == nil)
    }

    @Test func wrongKindsGiveNilAndEmptySequences() throws {
        let document = try JSONDocument(Array("[null]".utf8))
        let null = try #require(document.elements(of: document.root).first { _ in true })
        #expect(document.kind(null) == .null)
        #expect(document.string(null) == nil && document.integer(null) == nil && document.bool(null) == nil)
        #expect(document.stringByteCount(null) == nil && document.double(null) == nil)
        #expect(document.members(of: document.root).map { $0.name }.isEmpty)
        #expect(document.elements(of: null).map { $0 }.isEmpty)
    }

    @Test(
        arguments: [
            ("0", 0), ("-0", 0), ("9223372036854775807", Int64.max), ("-9223372036854775808", Int64.min),
            ("9223372036854775808", nil), ("-9223372036854775809", nil), ("1e2", nil), ("10.0", nil),
            ("99999999999999999999999999", nil),
        ] as [(String, Int64?)])
    func integersAreExactOrNothing(text: String, expected: Int64?) throws {
        let document = try JSONDocument(Array(text.utf8))
        #expect(document.integer(document.root) == expected)
        #expect(document.value(document.root).integerValue == expected)
    }

    @Test func rangesCoverTheBytesOfEachValue() throws {
        let document = try JSONDocument(request)
        let texts = document.members(of: document.root).map {
            String(decoding: document.bytes[document.range($0.value)], as: UTF8.self)
        }
        #expect(texts[0] == #""gpt""#)
        #expect(texts[1].hasPrefix("[{") && texts[1].hasSuffix("}]"))
        #expect(texts[2...] == ["-3", "1.0", "true"])
    }

    @Test func anErrorSaysWhereAndWhatWouldBeRight() {
        #expect(throws: JSONError(reason: "expected ':' after the member name", offset: 5)) {
            try JSONDocument(Array(#"{"a" 1}"#.utf8))
        }
        #expect(JSONError(reason: "expected a value", offset: 17).description == "byte 17: expected a value")
    }
}

import HTTPTypes
import Testing

@Suite struct ServerSentEventParserTests {
    /// What a stream says, and its events' bytes, when it arrives in pieces of `size` bytes.
    private func events(_ text: String, piecesOf size: Int = .max) throws -> (data: [String?], raw: [UInt8]) {
        var parser = ServerSentEventParser()
        var data: [String?] = []
        var raw: [UInt8] = []
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: min(size, max(1, bytes.count))) {
            parser.append(Array(bytes[start..<min(bytes.count, start + min(size, bytes.count))]))
            while let event = try parser.next() {
                raw += parser.buffer[event.range]
                guard !parser.buffer[event.range].elementsEqual("\n".utf8) else { continue }  // a CRLF's late half
                switch event.data {
                case .absent: data.append(nil)
                case .place(let place): data.append(String(decoding: parser.buffer[place], as: UTF8.self))
                case .joined(let joined): data.append(String(decoding: joined, as: UTF8.self))
                }
            }
        }
        return (data, raw)
    }

    @Test(
        arguments: [
            ("data: a\n\ndata: b\n\n", ["a", "b"]),
            ("data: a\r\n\r\ndata: b\r\n\r\n", ["a", "b"]),
            ("data: a\r\rdata: b\r\r", ["a", "b"]),
            ("data:a\n\ndata:  b\n\n", ["a", " b"]),  // one space is dropped, not two
            ("data: a\ndata: b\ndata: c\n\n", ["a\nb\nc"]),
            ("data\n\ndata:\n\n", ["", ""]),
            (": comment\n\nevent: x\nid: 1\nretry: 2\ndata: a\n\n", [nil, "a"]),
            ("\u{FEFF}data: a\n\n\u{FEFF}data: b\n\n", ["a", nil]),  // a mark is one at the start alone
            ("datas: a\n\ndata: b", [nil]),  // what does not end is no event
            ("data: ü€😀\n\n", ["ü€😀"]),
        ] as [(String, [String?])])
    func followsTheStandardHoweverTheBytesAreCut(stream: String, expected: [String?]) throws {
        for size in [Int.max, 1, 2, 3, 7] {
            #expect(try events(stream, piecesOf: size).data == expected)
        }
    }

    @Test func theBytesOfTheEventsAreTheStream() throws {
        let stream = "\u{FEFF}: hello\r\n\r\ndata: a\ndata: b\n\nevent: e\rdata: c\r\r\n\ndata: [DONE]\n\n"
        for size in 1...stream.utf8.count {
            #expect(try events(stream, piecesOf: size).raw == Array(stream.utf8))
        }
    }

    @Test func givesTheEventsNameAndForgetsItAfterwards() throws {
        var parser = ServerSentEventParser()
        parser.append(Array("event: one\nevent: error\ndata: a\n\ndata: b\n\n".utf8))
        let first = try #require(try parser.next())
        let second = try #require(try parser.next())
        #expect(first.name.map { String(decoding: parser.buffer[$0], as: UTF8.self) } == "error")
        #expect(second.name == nil)
    }

    @Test func endsALineAtCRWithoutWaitingForLF() throws {
        var parser = ServerSentEventParser()
        parser.append(Array("data: a\r\n\r".utf8))
        #expect(try parser.next()?.data == .place(6..<7))
        parser.append(Array("\n".utf8))
        let rest = try parser.next()
        #expect(rest?.range == 0..<1 && rest?.data == .absent)
        #expect(parser.isBetweenEvents)
    }

    @Test func knowsAnEventThatIsNotComplete() throws {
        var parser = ServerSentEventParser()
        #expect(parser.isBetweenEvents)
        parser.append(Array("data: a\n\ndata".utf8))
        _ = try parser.next()
        #expect(try parser.next() == nil)
        #expect(!parser.isBetweenEvents)
    }

    @Test func refusesAnEventThatIsTooLongWhetherItEndsOrNot() throws {
        var ended = ServerSentEventParser(limit: 10)
        ended.append(Array("data: 12345\n\n".utf8))
        #expect(throws: ServerSentEventTooLong.self) { try ended.next() }

        var open = ServerSentEventParser(limit: 10)
        open.append(Array("data: a\n\ndata: 1234".utf8))
        _ = try open.next()
        #expect(try open.next() == nil)  // ten bytes may still become an event
        open.append(Array("5".utf8))
        #expect(throws: ServerSentEventTooLong.self) { try open.next() }
    }

    @Test func anyBytesGiveBackThemselves() throws {
        var dice = SystemRandomNumberGenerator()
        let alphabet = Array("da:t \r\n\u{FE}e".utf8)
        for _ in 0..<2000 {
            var parser = ServerSentEventParser()
            var (sent, raw) = ([UInt8](), [UInt8]())
            for _ in 0..<Int.random(in: 1...8, using: &dice) {
                let piece = (0..<Int.random(in: 0...9, using: &dice)).map { _ in
                    alphabet.randomElement(using: &dice) ?? 0
                }
                sent += piece
                parser.append(piece)
                while let event = try parser.next() { raw += parser.buffer[event.range] }
            }
            #expect(sent.starts(with: raw))
        }
    }
}

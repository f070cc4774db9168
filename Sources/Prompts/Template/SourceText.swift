/// A file's bytes, and the way from a byte to its line and column.
struct SourceText: Sendable {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Counts as an editor does; slow, and only errors ask.
    func place(at offset: Int) -> Place {
        let end = min(max(offset, 0), bytes.count)
        var line = 1
        var start = 0
        for index in 0..<end where bytes[index] == Ascii.newline {
            line += 1
            start = index + 1
        }
        return Place(line: line, column: String(decoding: bytes[start..<end], as: UTF8.self).count + 1)
    }

    func string(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    func starts(with text: StaticString, at offset: Int) -> Bool {
        guard offset + text.utf8CodeUnitCount <= bytes.count else { return false }
        return text.withUTF8Buffer { buffer in
            buffer.indices.allSatisfy { bytes[offset + $0] == buffer[$0] }
        }
    }
}

/// A byte of a file; its line and column are counted when somebody asks.
struct FilePlace: Sendable {
    /// Begins with `prompts/`.
    var path: String
    var source: SourceText
    var offset: Int

    /// Of the tag that the byte is in, where it is in one.
    var place: Place {
        let brace = UInt8(ascii: "{")
        var start = offset
        while start > 0, !source.starts(with: "{{", at: start), source.bytes[start] != Ascii.newline { start -= 1 }
        guard source.starts(with: "{{", at: start) else { return source.place(at: offset) }
        while start > 0, source.bytes[start - 1] == brace { start -= 1 }
        return source.place(at: start)
    }
}

enum Ascii {
    static let newline = UInt8(ascii: "\n")
    static let tab = UInt8(ascii: "\t")
    static let space = UInt8(ascii: " ")
    static let carriageReturn = UInt8(ascii: "\r")

    static func isSpace(_ byte: UInt8) -> Bool {
        byte == space || (byte >= 9 && byte <= 13)
    }

    /// Whether it is a character of ASCII that leaves a mark on paper.
    static func isInk(_ byte: UInt8) -> Bool { (33..<127).contains(byte) }

    static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }
}

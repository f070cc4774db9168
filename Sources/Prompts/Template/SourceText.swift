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

enum Ascii {
    static let newline = UInt8(ascii: "\n")
    static let tab = UInt8(ascii: "\t")
    static let space = UInt8(ascii: " ")
    static let carriageReturn = UInt8(ascii: "\r")

    static func isSpace(_ byte: UInt8) -> Bool {
        byte == space || (byte >= 9 && byte <= 13)
    }

    static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }
}

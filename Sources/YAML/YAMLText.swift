/// A text that is known to be UTF-8 without characters that YAML readers treat differently.
///
/// A NUL can't occur in it, so reading past the end gives one.
struct YAMLText {
    let bytes: [UInt8]
    let file: String
    let firstLine: Int
    let limits: YAMLReader.Limits

    init(_ bytes: [UInt8], file: String, firstLine: Int, limits: YAMLReader.Limits) throws(YAMLError) {
        self.bytes = bytes
        self.file = file
        self.firstLine = firstLine
        self.limits = limits
        guard bytes.count <= limits.bytes else {
            throw fault(.size, at: 0, "\(bytes.count) bytes are too many; the limit is \(limits.bytes)", excerpt: false)
        }
        try checkEncoding()
        try checkCharacters()
    }

    subscript(_ offset: Int) -> UInt8 {
        offset < bytes.count ? bytes[offset] : 0
    }

    func string(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    /// The byte order mark is allowed at the very start.
    var start: Int { bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0 }

    private func checkEncoding() throws(YAMLError) {
        guard !isValidUTF8 else { return }
        var offset = 0
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        decoding: while true {
            switch decoder.decode(&iterator) {
            case .scalarValue(let scalar): offset += String(scalar).utf8.count
            case .emptyInput, .error: break decoding
            }
        }
        throw fault(.encoding, at: offset, "the text is not UTF-8; save the file as UTF-8", excerpt: false)
    }

    private var isValidUTF8: Bool { String(validating: bytes, as: UTF8.self) != nil }

    /// Refuses control characters, and line ends that only some readers see as such.
    private func checkCharacters() throws(YAMLError) {
        for (offset, byte) in bytes.enumerated() {
            switch byte {
            case 0x09, 0x0A, 0x20...0x7E, 0x80...0xC1, 0xC3...0xE1, 0xE3...0xEE, 0xF0...0xFF: continue
            case 0x0D where self[offset + 1] == 0x0A: continue
            case 0xC2 where self[offset + 1] >= 0xA0: continue
            case 0xE2 where !(self[offset + 1] == 0x80 && (0xA8...0xA9).contains(self[offset + 2])): continue
            case 0xEF where offset < start || !isRefusedBehindEF(offset): continue
            default: throw controlCharacter(at: offset)
            }
        }
    }

    /// A byte order mark inside the text, and the non-characters U+FFFE and U+FFFF.
    private func isRefusedBehindEF(_ offset: Int) -> Bool {
        (self[offset + 1] == 0xBB && self[offset + 2] == 0xBF) || (self[offset + 1] == 0xBF && self[offset + 2] >= 0xBE)
    }

    private func controlCharacter(at offset: Int) -> YAMLError {
        let scalar = string(offset..<min(offset + 4, bytes.count)).unicodeScalars.first?.value ?? 0
        let hex = String(scalar, radix: 16, uppercase: true)
        let name = String(repeating: "0", count: max(0, 4 - hex.count)) + hex
        return fault(
            .controlCharacter, at: offset,
            scalar == 0x0D
                ? "a carriage return without a line feed; end lines with a line feed"
                : "U+\(name) may not stand in the text; write \\u\(name) inside double quotes",
            excerpt: false)
    }
}

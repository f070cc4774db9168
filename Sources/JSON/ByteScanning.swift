/// Byte values with a meaning in JSON.
enum Byte {
    static let quote = UInt8(ascii: "\"")
    static let backslash = UInt8(ascii: "\\")
    static let slash = UInt8(ascii: "/")
    static let comma = UInt8(ascii: ",")
    static let colon = UInt8(ascii: ":")
    static let openBrace = UInt8(ascii: "{")
    static let closeBrace = UInt8(ascii: "}")
    static let openBracket = UInt8(ascii: "[")
    static let closeBracket = UInt8(ascii: "]")
    static let minus = UInt8(ascii: "-")
    static let plus = UInt8(ascii: "+")
    static let period = UInt8(ascii: ".")
    static let zero = UInt8(ascii: "0")
    static let space = UInt8(ascii: " ")
    static let lowerE = UInt8(ascii: "e")
    static let lowerU = UInt8(ascii: "u")
}

extension Span<UInt8> {
    /// The byte at `index`, or 0 past the end: 0 is wrong everywhere in JSON, so no caller mistakes it for text.
    @inline(__always)
    func byte(at index: Int) -> UInt8 { index < count ? self[index] : 0 }

    /// Four bytes from `index` on, the first in the lowest eight bits, zeros past the end.
    @inline(__always)
    func fourBytes(at index: Int) -> UInt32 {
        if index + 4 <= count {
            return UInt32(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt32.self))
        }
        var word: UInt32 = 0
        for place in 0..<Swift.max(0, count - index) { word |= UInt32(self[index + place]) << UInt32(8 * place) }
        return word
    }

    /// The first index at or after `start` that is not JSON white space (RFC 8259 §2).
    @inline(__always)
    func skippingWhitespace(from start: Int) -> Int {
        var index = start
        while index < count {
            let byte = self[index]
            guard byte <= Byte.space, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { break }
            index += 1
        }
        return index
    }

    /// The first index at or after `start` whose byte needs a look inside a string: a quote, a backslash, a control
    /// character or the start of a non-ASCII sequence; `count` when there is none.
    @inline(__always)
    func firstSpecial(from start: Int) -> Int {
        var index = start
        // Names and short values end within the first word.
        if index + 8 <= count {
            let marks = specialMarks(in: word(at: index))
            if marks != 0 { return index + marks.trailingZeroBitCount / 8 }
            index += 8
        }
        while index + 32 <= count {
            let block = bytes.unsafeLoadUnaligned(fromByteOffset: index, as: SIMD4<UInt64>.self)
            let marks = specialMarks(in: block)
            if marks[0] | marks[1] | marks[2] | marks[3] != 0 { break }
            index += 32
        }
        while index + 8 <= count {
            let marks = specialMarks(in: word(at: index))
            if marks != 0 { return index + marks.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < count {
            let byte = self[index]
            if byte < 0x20 || byte >= 0x80 || byte == Byte.quote || byte == Byte.backslash { break }
            index += 1
        }
        return index
    }

    /// Eight bytes from `index` on, the first in the lowest eight bits.
    @inline(__always)
    func word(at index: Int) -> UInt64 {
        UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
    }
}

/// Sets the top bit of each special byte. A borrow can mark bytes above a special one wrongly, so that only the lowest
/// mark, and whether there is any, may be relied on.
@inline(__always)
private func specialMarks(in word: UInt64) -> UInt64 {
    let quotes = (word ^ 0x2222_2222_2222_2222) &- 0x0101_0101_0101_0101
    let backslashes = (word ^ 0x5C5C_5C5C_5C5C_5C5C) &- 0x0101_0101_0101_0101
    let controls = word &- 0x2020_2020_2020_2020
    return (word | quotes | backslashes | controls) & 0x8080_8080_8080_8080
}

/// The same over 32 bytes; the order of bytes in a lane does not matter to whether there is a mark.
@inline(__always)
private func specialMarks(in block: SIMD4<UInt64>) -> SIMD4<UInt64> {
    let ones = SIMD4<UInt64>(repeating: 0x0101_0101_0101_0101)
    let quotes = (block ^ SIMD4(repeating: 0x2222_2222_2222_2222)) &- ones
    let backslashes = (block ^ SIMD4(repeating: 0x5C5C_5C5C_5C5C_5C5C)) &- ones
    let controls = block &- SIMD4(repeating: 0x2020_2020_2020_2020)
    return (block | quotes | backslashes | controls) & SIMD4(repeating: 0x8080_8080_8080_8080)
}

/// How long a text can become when a tokenizer first turns it into Unicode's compatibility form (NFKC).
///
/// `ﷺ` is 3 bytes, and 33 in that form: bytes alone would not bound the tokens of such a tokenizer.
package enum CompatibilityExpansion {
    /// Returns a bound of the bytes of a JSON text, each of its characters at the longer of its two forms.
    ///
    /// Escapes count as long as they are written, or as what they stand for where that is longer. ASCII without
    /// escapes passes 32 bytes at a time.
    ///
    /// - Parameter range: places in `bytes`, which are valid UTF-8.
    package static func bound(ofJSON bytes: [UInt8], in range: Range<Int>) -> Int64 {
        bytes.withUnsafeBytes { all in
            let text = UnsafeRawBufferPointer(rebasing: all[range])
            var walk = ExpansionWalk(text)
            while !walk.isAtEnd { walk.step() }
            return Int64(text.count) + walk.longer
        }
    }
}

/// A walk over a JSON text that adds up by how many bytes its characters' other form is longer.
private struct ExpansionWalk {
    private(set) var longer: Int64 = 0

    private let text: UnsafeRawBufferPointer
    private var place = 0
    private let pageIndex = CompatibilityExpansion.pageIndex.utf8Start
    private let pageCount = UInt32(CompatibilityExpansion.pageIndex.utf8CodeUnitCount)
    private let pages = CompatibilityExpansion.pages.utf8Start

    init(_ text: UnsafeRawBufferPointer) {
        self.text = text
    }

    var isAtEnd: Bool { place >= text.count }

    /// Moves over plain ASCII, or over one other character or escape.
    mutating func step() {
        let first = text[place]
        if first >= 0x80 {
            stepCharacter(first)
        } else if first == UInt8(ascii: "\\") {
            stepEscape()
        } else {
            place += 1
            skipPlain()
        }
    }

    private mutating func skipPlain() {
        while place + 32 <= text.count {
            let found = special(place) | special(place + 8) | special(place + 16) | special(place + 24)
            guard found == 0 else { break }
            place += 32
        }
        while place + 8 <= text.count {
            let found = special(place)
            guard found == 0 else {
                place += found.trailingZeroBitCount / 8
                return
            }
            place += 8
        }
    }

    /// Returns a set bit in the first byte, of the eight at `place`, that is a backslash or not ASCII; 0 for none.
    ///
    /// Bytes behind that one may have bits without reason: a subtraction borrows from its neighbour.
    private func special(_ place: Int) -> UInt64 {
        let word = UInt64(littleEndian: text.loadUnaligned(fromByteOffset: place, as: UInt64.self))
        let differing = word ^ 0x5C5C_5C5C_5C5C_5C5C  // a backslash becomes zero
        return (word | (differing &- 0x0101_0101_0101_0101) & ~differing) & 0x8080_8080_8080_8080
    }

    private mutating func stepCharacter(_ first: UInt8) {
        let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        guard first >= 0xC2, place + length <= text.count else {
            place += 1
            return
        }
        var point = UInt32(first) & (0x7F >> UInt32(length))
        for offset in 1..<length { point = point << 6 | UInt32(text[place + offset] & 0x3F) }
        place += length
        longer += extra(point)
    }

    /// A pair of surrogates takes 12 bytes as an escape, which no character beyond U+FFFF exceeds in any form.
    private mutating func stepEscape() {
        guard place + 6 <= text.count, text[place + 1] == UInt8(ascii: "u") else {
            place += 2
            return
        }
        var point: UInt32 = 0
        for offset in 2..<6 { point = point << 4 | ExpansionWalk.digit(text[place + offset]) }
        place += 6
        longer += max(0, extra(point) + (point < 0x80 ? 1 : point < 0x800 ? 2 : 3) - 6)
    }

    private static func digit(_ byte: UInt8) -> UInt32 {
        UInt32(byte & 0x0F) + (byte >= UInt8(ascii: "A") ? 9 : 0)
    }

    /// By how many bytes the NFKD of a code point is longer than itself; both tables count from the character `0`.
    private func extra(_ point: UInt32) -> Int64 {
        let zero = UInt8(ascii: "0")
        guard point >> 8 < pageCount else { return 0 }
        let number = Int(pageIndex[Int(point >> 8)] &- zero)
        guard number > 0 else { return 0 }
        return Int64(pages[(number - 1) << 8 | Int(point & 0xFF)] &- zero)
    }
}

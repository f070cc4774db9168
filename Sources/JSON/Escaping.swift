extension [UInt8] {
    /// Appends UTF-8 text as the content of a JSON string: quotes, backslashes and control characters are escaped,
    /// everything else stays as it is (RFC 8259 §7).
    mutating func appendEscaped(_ text: Span<UInt8>) {
        var index = 0
        while index < text.count {
            let special = text.firstToEscape(from: index)
            text.extracting(index..<special).withUnsafeBufferPointer { append(contentsOf: $0) }
            guard special < text.count else { return }
            appendEscape(text[special])
            index = special + 1
        }
    }

    private mutating func appendEscape(_ byte: UInt8) {
        append(Byte.backslash)
        switch byte {
        case 0x08: append(UInt8(ascii: "b"))
        case 0x09: append(UInt8(ascii: "t"))
        case 0x0A: append(UInt8(ascii: "n"))
        case 0x0C: append(UInt8(ascii: "f"))
        case 0x0D: append(UInt8(ascii: "r"))
        case Byte.quote, Byte.backslash: append(byte)
        default:
            let last = byte & 15
            append(contentsOf: "u00".utf8)
            append(Byte.zero + byte >> 4)
            append(last < 10 ? Byte.zero + last : UInt8(ascii: "a") + last - 10)
        }
    }
}

extension Span<UInt8> {
    /// The first index at or after `start` of a quote, a backslash or a control character; `count` when there is none.
    fileprivate func firstToEscape(from start: Int) -> Int {
        var index = start
        while index + 8 <= count {
            let word = word(at: index)
            let quotes = word ^ 0x2222_2222_2222_2222
            let backslashes = word ^ 0x5C5C_5C5C_5C5C_5C5C
            // The lowest mark is exact: a borrow comes only out of a byte that is marked itself.
            let marks =
                ((quotes &- 0x0101_0101_0101_0101) & ~quotes
                    | (backslashes &- 0x0101_0101_0101_0101) & ~backslashes
                    | (word &- 0x2020_2020_2020_2020) & ~word) & 0x8080_8080_8080_8080
            if marks != 0 { return index + marks.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < count {
            let byte = self[index]
            if byte < 0x20 || byte == Byte.quote || byte == Byte.backslash { break }
            index += 1
        }
        return index
    }
}

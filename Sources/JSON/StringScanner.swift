extension Span<UInt8> {
    /// Reads the string whose opening quote stands at `start`, and returns the index after its closing quote.
    ///
    /// Refuses control characters, bytes that are not UTF-8, unknown escapes and lone surrogates.
    @inline(__always)
    func scanString(from start: Int, escaped: inout Bool) throws(JSONError) -> Int {
        let index = firstSpecial(from: start + 1)
        if byte(at: index) == Byte.quote { return index + 1 }
        return try scanStringRest(from: index, of: start, escaped: &escaped)
    }

    /// The part of a string from its first byte that is not plain ASCII.
    private func scanStringRest(from first: Int, of start: Int, escaped: inout Bool) throws(JSONError) -> Int {
        var index = first
        while index < count {
            let byte = self[index]
            if byte >= 0x80 {
                let length = utf8SequenceLength(at: index)
                guard length > 0 else { throw JSONError(reason: "the bytes are not valid UTF-8", offset: index) }
                index += length
                if index < count, self[index] >= 0x80 { continue }
            } else if byte == Byte.quote {
                return index + 1
            } else if byte == Byte.backslash {
                escaped = true
                index = try scanEscape(at: index)
            } else {
                throw JSONError(reason: "a control character in a string must be escaped", offset: index)
            }
            index = firstSpecial(from: index)
        }
        throw JSONError(reason: "the document ends inside the string that starts at byte \(start)", offset: count)
    }

    /// The length of the UTF-8 sequence at `index`, 2 to 4, by the table of RFC 3629 §4; 0 when it is none.
    @inline(__always)
    private func utf8SequenceLength(at index: Int) -> Int {
        let word = fourBytes(at: index)
        if word & 0xC0_C0F0 == 0x80_80E0 {
            let lead = word & 0x200F  // 0: overlong; 0x200D: a surrogate
            return lead != 0 && lead != 0x200D ? 3 : 0
        }
        if word & 0xC0E0 == 0x80C0 { return word & 0x1E != 0 ? 2 : 0 }
        if word & 0xC0C0_C0F8 == 0x8080_80F0 {
            let plane = word & 7
            let second = word & 0x3000
            return (plane == 0 && second != 0) || (1...3).contains(plane) || (plane == 4 && second == 0) ? 4 : 0
        }
        return 0
    }

    /// Checks the escape whose backslash stands at `index`, and returns the index after it; a surrogate pair is one.
    private func scanEscape(at index: Int) throws(JSONError) -> Int {
        switch byte(at: index + 1) {
        case Byte.quote, Byte.backslash, Byte.slash, UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            return index + 2
        case Byte.lowerU:
            return try scanUnicodeEscape(at: index)
        default:
            throw JSONError(reason: "expected one of \" \\ / b f n r t u after the backslash", offset: index + 1)
        }
    }

    private func scanUnicodeEscape(at index: Int) throws(JSONError) -> Int {
        guard let unit = hexadecimal(at: index + 2) else {
            throw JSONError(reason: "expected four hexadecimal digits after \\u", offset: index + 2)
        }
        if unit & 0xF800 != 0xD800 { return index + 6 }
        guard unit < 0xDC00, byte(at: index + 6) == Byte.backslash, byte(at: index + 7) == Byte.lowerU,
            let low = hexadecimal(at: index + 8), low & 0xFC00 == 0xDC00
        else { throw JSONError(reason: "a surrogate must be part of a pair, such as \\ud83d\\ude00", offset: index) }
        return index + 12
    }

    /// The value of the four hexadecimal digits at `index`.
    func hexadecimal(at index: Int) -> UInt32? {
        var value: UInt32 = 0
        for place in index..<index + 4 {
            let byte = byte(at: place)
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte - 48)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt32(byte - 55)
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(byte - 87)
            default: return nil
            }
        }
        return value
    }
}

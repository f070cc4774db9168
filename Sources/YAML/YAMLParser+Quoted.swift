extension YAMLParser {
    /// Reads `'single quoted'` text; `''` is an apostrophe.
    mutating func singleQuoted() throws(YAMLError) -> String {
        let start = offset
        var bytes: [UInt8] = []
        offset += 1
        while true {
            if isAtLineEnd { throw unterminated(from: start) }
            if byte == Byte.apostrophe {
                offset += 1
                if byte != Byte.apostrophe { return String(decoding: bytes, as: UTF8.self) }
            }
            bytes.append(byte)
            offset += 1
        }
    }

    /// Reads `"double quoted"` text with the escapes of YAML, which are those of JSON and more.
    mutating func doubleQuoted() throws(YAMLError) -> String {
        let start = offset
        var bytes: [UInt8] = []
        offset += 1
        while byte != Byte.quote {
            if isAtLineEnd { throw unterminated(from: start) }
            if byte == Byte.backslash {
                bytes.append(contentsOf: String(try escaped()).utf8)
            } else {
                bytes.append(byte)
                offset += 1
            }
        }
        offset += 1
        return String(decoding: bytes, as: UTF8.self)
    }

    private func unterminated(from start: Int) -> YAMLError {
        let quote = text.string(start..<start + 1)
        guard text.bytes[offset...].contains(text[start]) else {
            return text.fault(.quote, at: start, "no closing \(quote)")
        }
        return text.fault(
            .multiLineQuoted, at: start,
            "no closing \(quote) on this line; use \\n in double quotes, or '|' for several lines")
    }

    /// Reads one escape, from the backslash on.
    private mutating func escaped() throws(YAMLError) -> Unicode.Scalar {
        switch byte(1) {
        case UInt8(ascii: "x"): return try scalar(hexDigits: 2)
        case UInt8(ascii: "u"): return try utf16Escape()
        case UInt8(ascii: "U"): return try scalar(hexDigits: 8)
        default:
            guard let scalar = Self.shortEscapes[byte(1)] else {
                throw fault(.escape, "unknown escape; write \\\\ for a backslash, or use single quotes")
            }
            offset += 2
            return scalar
        }
    }

    private static let shortEscapes: [UInt8: Unicode.Scalar] = [
        UInt8(ascii: "\""): "\"", UInt8(ascii: "\\"): "\\", UInt8(ascii: "/"): "/", UInt8(ascii: " "): " ",
        UInt8(ascii: "0"): "\0", UInt8(ascii: "a"): "\u{7}", UInt8(ascii: "b"): "\u{8}", UInt8(ascii: "t"): "\t",
        UInt8(ascii: "n"): "\n", UInt8(ascii: "v"): "\u{B}", UInt8(ascii: "f"): "\u{C}", UInt8(ascii: "r"): "\r",
        UInt8(ascii: "e"): "\u{1B}", UInt8(ascii: "N"): "\u{85}", UInt8(ascii: "_"): "\u{A0}",
        UInt8(ascii: "L"): "\u{2028}", UInt8(ascii: "P"): "\u{2029}",
    ]

    /// `\uXXXX`, or two of them that make one character beyond U+FFFF, as JSON writes it.
    private mutating func utf16Escape() throws(YAMLError) -> Unicode.Scalar {
        let start = offset
        let first = try hexadecimal(digits: 4)
        if let scalar = Unicode.Scalar(first) { return scalar }
        if first < 0xDC00, byte == Byte.backslash, byte(1) == UInt8(ascii: "u") {
            let second = try hexadecimal(digits: 4)
            if (0xDC00...0xDFFF).contains(second),
                let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
            {
                return scalar
            }
        }
        throw text.fault(.escape, at: start, "half of a surrogate pair; write both halves, as in \\uD83D\\uDE00")
    }

    private mutating func scalar(hexDigits: Int) throws(YAMLError) -> Unicode.Scalar {
        let start = offset
        guard let scalar = Unicode.Scalar(try hexadecimal(digits: hexDigits)) else {
            throw text.fault(.escape, at: start, "no character has this number")
        }
        return scalar
    }

    /// Steps over a backslash and a letter and reads the digits behind.
    private mutating func hexadecimal(digits: Int) throws(YAMLError) -> UInt32 {
        let range = offset + 2..<offset + 2 + digits
        guard range.allSatisfy({ isHexDigit(text[$0]) }), let value = UInt32(text.string(range), radix: 16) else {
            throw fault(.escape, "this escape takes \(digits) hexadecimal digits")
        }
        offset = range.upperBound
        return value
    }

    private func isHexDigit(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...70).contains(byte) || (97...102).contains(byte)
    }
}

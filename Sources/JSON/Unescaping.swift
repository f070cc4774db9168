import Glibc

/// Reading of strings that ``Span/scanString(from:escaped:)`` has accepted.
extension Span<UInt8> {
    /// Appends the bytes that the string content at `content` stands for.
    func appendUnescaped(_ content: Range<Int>, escaped: Bool, to output: inout [UInt8]) {
        var index = content.lowerBound
        while index < content.upperBound {
            let run = escaped ? firstBackslash(in: index..<content.upperBound) : content.upperBound
            extracting(index..<run).withUnsafeBufferPointer { output.append(contentsOf: $0) }
            index = run
            guard index < content.upperBound else { return }
            let scalar = unescapedScalar(at: &index)
            output.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        }
    }

    /// The length in UTF-8 of what escaped `content` stands for.
    func unescapedCount(_ content: Range<Int>) -> Int {
        var index = content.lowerBound
        var total = 0
        while index < content.upperBound {
            let run = firstBackslash(in: index..<content.upperBound)
            total += run - index
            index = run
            guard index < content.upperBound else { break }
            total += UTF8.width(unescapedScalar(at: &index))
        }
        return total
    }

    /// Whether `content` stands for exactly the bytes of `text`.
    @inline(__always)
    func matches(_ content: Range<Int>, escaped: Bool, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        if escaped { return matchesUnescaped(content, text) }
        guard content.count == text.count, let start = text.baseAddress else { return content.count == text.count }
        return extracting(content).withUnsafeBufferPointer { bytes in
            bytes.baseAddress.map { memcmp($0, start, text.count) == 0 } ?? true
        }
    }

    private func matchesUnescaped(_ content: Range<Int>, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var index = content.lowerBound
        var matched = 0
        while index < content.upperBound {
            guard self[index] == Byte.backslash else {
                guard matched < text.count, text[matched] == self[index] else { return false }
                index += 1
                matched += 1
                continue
            }
            for byte in UTF8.encode(unescapedScalar(at: &index)) ?? UTF8.encodedReplacementCharacter {
                guard matched < text.count, text[matched] == byte else { return false }
                matched += 1
            }
        }
        return matched == text.count
    }

    private func firstBackslash(in range: Range<Int>) -> Int {
        extracting(range).withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress, let found = memchr(start, Int32(Byte.backslash), bytes.count) else {
                return range.upperBound
            }
            return range.lowerBound + UnsafeRawPointer(start).distance(to: UnsafeRawPointer(found))
        }
    }

    /// The scalar of the valid escape at `index`, which moves past it.
    private func unescapedScalar(at index: inout Int) -> Unicode.Scalar {
        let letter = byte(at: index + 1)
        guard letter == Byte.lowerU, let unit = hexadecimal(at: index + 2) else {
            index += 2
            switch letter {
            case UInt8(ascii: "b"): return "\u{8}"
            case UInt8(ascii: "f"): return "\u{C}"
            case UInt8(ascii: "n"): return "\n"
            case UInt8(ascii: "r"): return "\r"
            case UInt8(ascii: "t"): return "\t"
            default: return Unicode.Scalar(letter)
            }
        }
        index += 6
        guard unit & 0xFC00 == 0xD800, let low = hexadecimal(at: index + 2) else {
            return Unicode.Scalar(unit) ?? "\u{FFFD}"
        }
        index += 6
        return Unicode.Scalar(0x10000 + (unit & 0x3FF) << 10 + low & 0x3FF) ?? "\u{FFFD}"
    }
}

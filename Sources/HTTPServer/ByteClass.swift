/// The sets of bytes that HTTP's grammar is made of.
enum ByteClass {
    private static let token = set("!#$%&'*+-.^_`|~", alphanumeric: true)
    private static let hostName = set("-._~", alphanumeric: true)
    /// What RFC 3986 allows in a path and a query, and the brackets that are common in queries.
    private static let target = set("-._~!$&'()*+,;=:@/?%[]", alphanumeric: true)

    /// RFC 9110 §5.6.2.
    static func isToken(_ byte: UInt8) -> Bool { token[byte] }

    /// Letters, digits and `-._~` of a host's name; sub-delimiters and escapes, which no host's name has, are left out.
    static func isHostName(_ byte: UInt8) -> Bool { hostName[byte] }

    static func isTarget(_ byte: UInt8) -> Bool { target[byte] }

    /// What a field's value may hold: no controls but the tab (RFC 9110 §5.5).
    static func isFieldValue(_ byte: UInt8) -> Bool { byte >= 32 ? byte != 127 : byte == 9 }

    static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 }

    static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }

    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte | 0x20 >= 97 && byte | 0x20 <= 122)
    }

    /// The value of a hexadecimal digit, or nil.
    static func hexValue(_ byte: UInt8) -> Int? {
        if isDigit(byte) { return Int(byte) - 48 }
        let lower = byte | 0x20
        return lower >= 97 && lower <= 102 ? Int(lower) - 87 : nil
    }

    private static func set(_ marks: StaticString, alphanumeric: Bool) -> ASCIISet {
        var set = ASCIISet()
        marks.withUTF8Buffer { for byte in $0 { set.insert(byte) } }
        for byte in UInt8(0)..<128 where alphanumeric && isAlphanumeric(byte) { set.insert(byte) }
        return set
    }
}

/// A set of bytes below 128.
private struct ASCIISet: Sendable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    mutating func insert(_ byte: UInt8) {
        if byte < 64 { low |= 1 << UInt64(byte) } else if byte < 128 { high |= 1 << UInt64(byte - 64) }
    }

    subscript(_ byte: UInt8) -> Bool {
        guard byte < 128 else { return false }
        return (byte < 64 ? low : high) >> UInt64(byte & 63) & 1 == 1
    }
}

typealias Bytes = UnsafeBufferPointer<UInt8>

extension Bytes {
    /// Compares without regard to ASCII case; `word` must be in lower case.
    func equalsIgnoringCase(_ word: StaticString) -> Bool {
        guard count == word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { word in
            for index in indices where lowered(self[index]) != word[index] { return false }
            return true
        }
    }

    func equalsIgnoringCase(_ other: Bytes) -> Bool {
        guard count == other.count else { return false }
        for index in indices where lowered(self[index]) != lowered(other[index]) { return false }
        return true
    }

    func equals(_ word: StaticString) -> Bool {
        guard count == word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { elementsEqual($0) }
    }

    func slice(_ range: Range<Int>) -> Bytes { Bytes(rebasing: self[range]) }

    /// The same range without blanks at its ends.
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, ByteClass.isBlank(self[start]) { start += 1 }
        while end > start, ByteClass.isBlank(self[end - 1]) { end -= 1 }
        return start..<end
    }

    private func lowered(_ byte: UInt8) -> UInt8 { byte >= 65 && byte <= 90 ? byte | 0x20 : byte }
}

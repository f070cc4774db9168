/// Reads texts of fixed form, such as dates.
struct DigitScanner {
    private let bytes: [UInt8]
    private var offset = 0

    init(_ text: some StringProtocol) { bytes = Array(text.utf8) }
    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { offset == bytes.count }

    /// Reads exactly so many digits, at most nine.
    mutating func number(digits: Int) -> Int? {
        guard offset + digits <= bytes.count else { return nil }
        var value = 0
        for byte in bytes[offset..<offset + digits] {
            guard (48...57).contains(byte) else { return nil }
            value = value * 10 + Int(byte - 48)
        }
        offset += digits
        return value
    }

    /// Reads one digit or more; nil when they are more than nine or none.
    mutating func number() -> Int? {
        let end = bytes[offset...].firstIndex { !(48...57).contains($0) } ?? bytes.count
        guard (1...9).contains(end - offset) else { return nil }
        return number(digits: end - offset)
    }

    mutating func take(_ sign: Unicode.Scalar) -> Bool {
        guard offset < bytes.count, bytes[offset] == UInt8(ascii: sign) else { return false }
        offset += 1
        return true
    }

    /// Reads as long as `accepts` is true.
    mutating func take(while accepts: (UInt8) -> Bool) -> [UInt8] {
        let end = bytes[offset...].firstIndex { !accepts($0) } ?? bytes.count
        defer { offset = end }
        return Array(bytes[offset..<end])
    }
}

func padded(_ number: Int, to width: Int = 2) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

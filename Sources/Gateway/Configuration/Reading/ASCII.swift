/// Questions about single bytes.
enum ASCII {
    static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }

    /// Whether every byte of `text` is a letter, a digit or one of `others`.
    static func consists(_ text: some StringProtocol, of others: String) -> Bool {
        text.utf8.allSatisfy { isLetterOrDigit($0) || others.utf8.contains($0) }
    }

    /// Whether `text` holds only bytes that can be seen: no blank, no control, nothing beyond ASCII.
    static func isVisible(_ text: some StringProtocol) -> Bool {
        text.utf8.allSatisfy { (33...126).contains($0) }
    }
}

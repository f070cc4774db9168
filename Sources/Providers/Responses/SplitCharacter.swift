/// Halves of characters that an upstream has split between two pieces of a text, as `\ud83d` and `\ude00`.
///
/// A half alone is no text, and no JSON that a client must take.
enum SplitCharacter {
    /// Puts U+FFFD in the place of every half whose other half does not follow it; nothing moves.
    ///
    /// - Parameter text: JSON, or the content of a JSON string. What is wrong with it otherwise stays as it is.
    /// - Returns: where a first half stands at the very end; it is left as it is, for its other half may follow.
    static func mend(_ text: inout [UInt8]) -> Int? {
        var place = 0
        while let escape = text[place...].firstIndex(of: UInt8(ascii: "\\")) {
            place = min(escape + 2, text.count)
            guard let unit = unit(at: escape, of: text) else { continue }
            place = escape + 6
            guard unit & 0xF800 == 0xD800 else { continue }
            if unit < 0xDC00, place == text.count { return escape }
            if unit < 0xDC00, let low = self.unit(at: place, of: text), low & 0xFC00 == 0xDC00 {
                place += 6
            } else {
                text.replaceSubrange(escape..<place, with: replacement)
            }
        }
        return nil
    }

    /// U+FFFD, as long as the half that it replaces.
    static let replacement = Array(#"\ufffd"#.utf8)

    /// The value of an escape `\u1234` at `place`; nil for anything else.
    private static func unit(at place: Int, of text: [UInt8]) -> UInt16? {
        guard text.count - place >= 6, text[place] == UInt8(ascii: "\\"), text[place + 1] == UInt8(ascii: "u") else {
            return nil
        }
        var unit: UInt16 = 0
        for byte in text[place + 2..<place + 6] {
            guard let digit = Character(UnicodeScalar(byte)).hexDigitValue, byte < 0x80 else { return nil }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }
}

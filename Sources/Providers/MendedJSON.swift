import JSON

/// JSON of vendors that JSON's grammar refuses and every reader of theirs understands: `NaN` and `Infinity`, as Python
/// writes them, and halves of characters.
enum MendedJSON {
    /// Reads `text` as it is or, if that fails, with what is known to be wrong in the place of its nearest right; no byte
    /// moves. Nil when it still is no JSON.
    static func document(_ text: [UInt8], limits: JSONLimits = .answers) -> JSONDocument? {
        if let document = try? JSONDocument(text, limits: limits) { return document }
        let mended = mended(text)
        return mended == text ? nil : try? JSONDocument(mended, limits: limits)
    }

    /// A number that is none becomes `""`: unreadable, which is not missing and not zero.
    static func mended(_ text: [UInt8]) -> [UInt8] {
        var mended = text
        if let place = SplitCharacter.mend(&mended) {
            mended.replaceSubrange(place..<place + 6, with: SplitCharacter.replacement)
        }
        var place = 0
        while place < mended.count {
            switch mended[place] {
            case UInt8(ascii: "\""):
                place = end(ofString: place, in: mended)
            case UInt8(ascii: "N"), UInt8(ascii: "I"), UInt8(ascii: "-"):
                guard let word = words.first(where: { mended[place...].starts(with: $0) }) else { fallthrough }
                let blank = [UInt8](repeating: UInt8(ascii: " "), count: word.count - 2)
                mended.replaceSubrange(place..<place + word.count, with: Array("\"\"".utf8) + blank)
                place += word.count
            default:
                place += 1
            }
        }
        return mended
    }

    private static let words = ["NaN", "-Infinity", "Infinity"].map { Array($0.utf8) }

    /// The place after the closing quote, or the end.
    private static func end(ofString start: Int, in text: [UInt8]) -> Int {
        var place = start + 1
        while place < text.count, text[place] != UInt8(ascii: "\"") {
            place += text[place] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(place + 1, text.count)
    }
}

/// Finds a text in another.
enum TextSearch {
    /// Whether `text` has `wanted` in it: as the same characters, however they are composed, or as the same bytes.
    ///
    /// Characters alone would miss the 5 of a keycap, or a line feed behind a carriage return: each is one character with
    /// what stands beside it, and what an answer must not contain would pass.
    static func finds(_ wanted: String, in text: String) -> Bool {
        text.contains(wanted) || Array(text.utf8).contains(Array(wanted.utf8))
    }
}

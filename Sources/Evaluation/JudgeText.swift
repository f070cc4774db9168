/// What a judge says to others, apart from what it says to itself.
enum JudgeText {
    private static let words = ["think", "thinking", "thought", "reasoning"]

    /// The text behind a block such as `<think>…</think>` at its beginning; all of it where there is none.
    ///
    /// Nil when the block has no end, or its end stands there more than once: which of them is the judge's own cannot be
    /// told from one that it quotes.
    static func withoutThoughts(_ text: String) -> Substring? {
        let start = text.drop(while: \.isWhitespace)
        guard let word = words.first(where: { start.hasPrefix("<\($0)>") }) else { return text[...] }
        let ends = start.ranges(of: "</\(word)>")
        return ends.count == 1 ? start[ends[0].upperBound...] : nil
    }
}

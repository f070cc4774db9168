/// Removes the white space that tags ask to be removed, as Handlebars does.
///
/// `~` takes all white space on its side. A block's tag, a partial or a comment alone on its line takes the line.
enum Whitespace {
    /// Returns the text of each token after removal (empty for tags) and the indentation of standalone partials.
    static func controlled(_ tokens: [TemplateToken]) -> [Trimmed] {
        var texts = tokens.map { token in
            if case .text(let text, _) = token { Trimmed(text: Substring(text)) } else { Trimmed() }
        }
        for (index, token) in tokens.enumerated() {
            guard case .tag(let tag) = token else { continue }
            let standsAlone =
                tag.standsOnLines && lineIsBlank(before: index, tokens)
                && lineIsBlank(after: index, tokens)
            if tag.stripsLeft, index > 0 { texts[index - 1].dropTrailing(where: \.isWhitespace) }
            if tag.stripsRight, index + 1 < texts.count { texts[index + 1].dropLeading(where: \.isWhitespace) }
            guard standsAlone else { continue }
            if index > 0 {
                if tag.sigil == .partial { texts[index].indent = indent(at: index, tokens, texts[index - 1].text) }
                texts[index - 1].dropTrailing { $0 == " " || $0 == "\t" }
            }
            if index + 1 < texts.count { texts[index + 1].dropRestOfLine() }
        }
        return texts
    }

    struct Trimmed {
        var text: Substring = ""
        var indent = ""
        /// The rest of a line is taken once, whoever asks.
        private var isCutLeft = false

        init(text: Substring = "") {
            self.text = text
        }

        mutating func dropTrailing(where isBlank: (Character) -> Bool) {
            while let last = text.last, isBlank(last) { text.removeLast() }
        }

        mutating func dropLeading(where isBlank: (Character) -> Bool) {
            text = text.drop(while: isBlank)
            isCutLeft = true
        }

        mutating func dropRestOfLine() {
            guard !isCutLeft else { return }
            isCutLeft = true
            text = text.drop { $0 == " " || $0 == "\t" }
            if text.first?.isNewline == true { text.removeFirst() }
        }
    }

    /// The text before the tag ends in a line break and blanks, or is nothing else from the file's start.
    private static func lineIsBlank(before index: Int, _ tokens: [TemplateToken]) -> Bool {
        guard index > 0 else { return true }
        guard case .text(let text, _) = tokens[index - 1] else { return false }
        let rest = text.reversed().drop { $0.isWhitespace && !$0.isNewline }
        return rest.first?.isNewline ?? (index == 1)
    }

    private static func lineIsBlank(after index: Int, _ tokens: [TemplateToken]) -> Bool {
        guard index + 1 < tokens.count else { return true }
        guard case .text(let text, _) = tokens[index + 1] else { return false }
        let rest = text.drop { $0.isWhitespace && !$0.isNewline }
        return rest.first?.isNewline ?? (index + 2 == tokens.count)
    }

    /// The blanks before a partial that no `~` took: its own, or one of the tag before it. Handlebars lays out what is in a
    /// block before the block's own `~`.
    private static func indent(at index: Int, _ tokens: [TemplateToken], _ left: Substring) -> String {
        var text = left
        if case .tag(let partial) = tokens[index], !partial.stripsLeft, index > 1,
            case .tag(let tag) = tokens[index - 2],
            tag.opensBlock, case .text(let whole, _) = tokens[index - 1]
        {
            text = whole[...]
        }
        return String(text.reversed().prefix { $0 == " " || $0 == "\t" }.reversed())
    }
}

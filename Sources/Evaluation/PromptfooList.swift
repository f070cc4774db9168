/// A list that promptfoo takes as text: elements between commas, and inside of quotes those that have commas themselves.
enum PromptfooList {
    private static let quote: Character = "\""

    /// The elements, without the white space around them; empty ones are none.
    ///
    /// `Rome, Po` is two, and so is `"Rome, Italy","Po"`. Inside of quotes `""` and `\"` are one quote; a quote within an
    /// element that does not begin with one is text. Nil when a quoted element has text behind it, or no end.
    static func parts(of text: String) -> [String]? {
        var parts: [String] = []
        var rest = text[...]
        while true {
            rest = rest.drop(while: \.isWhitespace)
            if rest.first == quote {
                guard let part = quoted(&rest) else { return nil }
                parts.append(part)
                rest = rest.drop(while: \.isWhitespace)
                guard rest.isEmpty || rest.first == "," else { return nil }
            } else {
                let part = PromptfooAssertion.trimmed(rest.prefix { $0 != "," })
                if !part.isEmpty { parts.append(part) }
                rest = rest.drop { $0 != "," }
            }
            guard !rest.isEmpty else { return parts }
            rest.removeFirst()
        }
    }

    /// Takes a quoted element off the front of `rest`; nil when it has no end.
    private static func quoted(_ rest: inout Substring) -> String? {
        var part = ""
        rest.removeFirst()
        while let character = rest.popFirst() {
            switch character {
            case quote:
                guard rest.first == quote else { return part }
                part.append(rest.removeFirst())
            case "\\" where rest.first == quote: part.append(rest.removeFirst())
            default: part.append(character)
            }
        }
        return nil
    }
}

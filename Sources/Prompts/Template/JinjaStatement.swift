/// What Jinja's statements and filters are in a prompt's template.
enum JinjaStatement {
    /// The tag that stands for a statement such as `{% if orders %}`; nil where there is none.
    static func counterpart(of statement: String) -> String? {
        let inner = statement.dropFirst(2).dropLast(2).filter { $0 != "-" || statement.count < 4 }
        let words = inner.split(whereSeparator: \.isWhitespace).map(String.init)
        switch words.first {
        case "if": return condition(Array(words.dropFirst())).map { "{{#\($0)}}" }
        case "elif": return words.count == 2 ? "{{else if \(words[1])}}" : nil
        case "else" where words.count == 1: return "{{else}}"
        case "endif": return "{{/if}}"
        case "for" where words.count == 4 && words[2] == "in":
            return "{{#each \(words[3])}}, and {{this}} for \(words[1])"
        case "endfor": return "{{/each}}"
        case "include" where words.count == 2:
            let name = words[1].filter { $0 != "\"" && $0 != "'" }
            return "{{> \(name.split(separator: ".").first.map(String.init) ?? name)}}"
        case "raw", "endraw": return "\\{{ for literal braces"
        default: return nil
        }
    }

    private static func condition(_ words: [String]) -> String? {
        if words.count == 1 { return "if \(words[0])" }
        if words.count == 2, words[0] == "not" { return "unless \(words[1])" }
        guard words.count == 3, ["==", "!="].contains(words[1]) else { return nil }
        return "\(words[1] == "==" ? "ifEquals" : "unlessEquals") \(words[0]) \(words[2])"
    }

    /// What is wrong with a tag that has a filter or a condition of Jinja's in it, such as `name | upper`; nil for others.
    ///
    /// - Parameter tag: what stands between the braces.
    static func fault(inTag tag: String) -> String? {
        let parts = outsideQuotes(tag)
        if let bar = parts.firstIndex(of: "|") {
            let value = trimmed(tag.prefix(parts.distance(from: parts.startIndex, to: bar)))
            let rest = trimmed(tag.dropFirst(parts.distance(from: parts.startIndex, to: bar) + 1))
            let filter = String(rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" })
            guard !filter.isEmpty, !value.isEmpty, !value.contains(where: \.isWhitespace) else { return nil }
            return "'| \(rest)' is a filter of Jinja's, and there are none here; \(remedy(filter, value))"
        }
        let words = tag.split(whereSeparator: \.isWhitespace).map(String.init)
        guard words.count == 5, words[1] == "if", words[3] == "else" else { return nil }
        return
            "'\(trimmed(tag[...]))' is a condition of Jinja's; write {{#if \(words[2])}}{{\(words[0])}}{{else}}{{\(words[4])}}{{/if}}"
    }

    private static func remedy(_ filter: String, _ value: String) -> String {
        switch filter {
        case "tojson", "to_json", "json": "write {{json \(value)}}"
        case "safe", "e", "escape", "string", "forceescape": "write {{\(value)}}, since nothing is escaped"
        case "default", "d":
            "give '\(value)' a value under input.default, or write {{#if \(value)}}{{\(value)}}{{else}}…{{/if}}"
        case "join": "write {{#each \(value)}}{{this}}{{#unless @last}}, {{/unless}}{{/each}}"
        default: "compute it before the call, and pass it as a variable"
        }
    }

    /// The text with what stands in quotes blanked out.
    private static func outsideQuotes(_ text: String) -> [Character] {
        var quote: Character?
        return text.map { character in
            if let open = quote {
                if character == open { quote = nil }
                return " "
            }
            if character == "\"" || character == "'" {
                quote = character
                return " "
            }
            return character
        }
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}

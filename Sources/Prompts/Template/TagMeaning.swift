import JSON

/// Gives tags their meaning: dotprompt's helpers, and an error for everything that would need code of the user's.
struct TagMeaning {
    private let source: SourceText

    init(_ source: SourceText) {
        self.source = source
    }

    /// The meaning of `{{…}}`.
    func node(_ tag: TemplateTag) throws(Fault) -> TemplateNode {
        if let jinja = JinjaStatement.fault(inTag: source.string(tag.content)) {
            throw Fault(.unsupported, jinja, at: place(tag))
        }
        let words = try TagWords(tag.content, of: source)
        guard let first = words.positional.first else { throw fault("the tag is empty", tag) }
        let arguments = Array(words.positional.dropFirst())
        switch name(first) {
        case "role": return .role(try role(arguments, words, tag))
        case "history":
            try refuseArguments(arguments, words, "history", tag)
            return .history
        case "section":
            guard arguments.count == 1, words.named.isEmpty, let text = literal(arguments[0]) else {
                throw Fault(.literalNeeded, "section takes one name in quotes", at: place(tag))
            }
            return .section(text)
        case "json": return try json(arguments, words, tag)
        case "media": return try media(arguments, words, tag)
        default:
            guard arguments.isEmpty, words.named.isEmpty else { throw unknownHelper(first, "", tag) }
            return .value(first)
        }
    }

    /// The meaning of `{{#…}}`.
    func block(_ words: TagWords, _ tag: TemplateTag) throws(Fault) -> TemplateBlock {
        guard let first = words.positional.first else { throw fault("the block has no name", tag) }
        let arguments = Array(words.positional.dropFirst())
        let kinds: [TemplateBlock.Kind] = [.if, .unless, .each, .with, .ifEquals, .unlessEquals]
        if let kind = kinds.first(where: { $0.rawValue == name(first) }) {
            let count = kind == .ifEquals || kind == .unlessEquals ? 2 : 1
            guard arguments.count == count, words.named.isEmpty else {
                throw fault("#\(kind.rawValue) takes \(count == 1 ? "one value" : "two values")", tag)
            }
            return TemplateBlock(kind: kind, arguments: arguments, offset: tag.offset)
        }
        guard arguments.isEmpty, words.named.isEmpty else { throw unknownHelper(first, "#", tag) }
        return TemplateBlock(kind: .section, arguments: [first], offset: tag.offset)
    }

    /// The meaning of `{{> …}}`.
    func partial(_ tag: TemplateTag, indent: String) throws(Fault) -> PartialCall {
        let text = source.string(tag.content)
        let start = text.utf8.prefix { Ascii.isSpace($0) }.count
        let length = text.utf8.dropFirst(start).prefix { !Ascii.isSpace($0) }.count
        let from = tag.content.lowerBound + start
        var name = source.string(from..<(from + length))
        if name.hasPrefix("(") {
            throw Fault(.literalNeeded, "a partial's name is written out; it cannot be computed", at: place(tag))
        }
        if name.count > 1, let quote = name.first, quote == "\"" || quote == "'", name.last == quote {
            name = String(name.dropFirst().dropLast())
        }
        guard PromptName.isValid(name) else {
            throw Fault(
                .literalNeeded, "'\(name)' is no partial's name; names have letters, digits, '-', '_' and '/' between",
                at: place(tag))
        }
        let words = try TagWords((from + length)..<tag.content.upperBound, of: source)
        guard words.positional.count <= 1 else { throw fault("a partial takes one context and 'key=value' pairs", tag) }
        return PartialCall(
            name: name, context: words.positional.first, arguments: words.named, indent: indent, offset: tag.offset)
    }

    // MARK: Helpers

    private func role(_ arguments: [Expression], _ words: TagWords, _ tag: TemplateTag) throws(Fault) -> PromptRole {
        let names = PromptRole.allCases.map(\.rawValue).joined(separator: ", ")
        guard arguments.count == 1, words.named.isEmpty, let text = literal(arguments[0]) else {
            throw Fault(.literalNeeded, "role takes one name in quotes: \(names)", at: place(tag))
        }
        guard let role = PromptRole(rawValue: text) else {
            throw Fault(.literalNeeded, "'\(text)' is no role; roles are \(names)", at: place(tag))
        }
        return role
    }

    private func json(_ arguments: [Expression], _ words: TagWords, _ tag: TemplateTag) throws(Fault) -> TemplateNode {
        guard arguments.count == 1, words.named.allSatisfy({ $0.name == "indent" }) else {
            throw fault("json takes one value, and indent=N", tag)
        }
        guard let indent = words.named.first else { return .json(arguments[0], indent: 0) }
        guard case .literal(let value?) = indent.value.kind, let width = value.integerValue, (0...10).contains(width)
        else { throw fault("indent is a number from 0 to 10", tag) }
        return .json(arguments[0], indent: Int(width))
    }

    private func media(_ arguments: [Expression], _ words: TagWords, _ tag: TemplateTag) throws(Fault) -> TemplateNode {
        let known = words.named.allSatisfy { $0.name == "url" || $0.name == "contentType" }
        guard arguments.isEmpty, known, let url = words.named.first(where: { $0.name == "url" }) else {
            throw fault("media takes url=… and contentType=…", tag)
        }
        return .media(url: url.value, contentType: words.named.first { $0.name == "contentType" }?.value)
    }

    private func refuseArguments(
        _ arguments: [Expression], _ words: TagWords, _ name: String, _ tag: TemplateTag
    ) throws(Fault) {
        guard arguments.isEmpty, words.named.isEmpty else { throw fault("\(name) takes nothing", tag) }
    }

    private func unknownHelper(_ first: Expression, _ sigil: String, _ tag: TemplateTag) -> Fault {
        let known = sigil.isEmpty ? ["json", "role", "history", "media", "section"] : ["if", "unless", "each", "with"]
        let word = name(first) ?? source.string(tag.content)
        return Fault(
            .unsupported,
            "there is no helper '\(sigil)\(word)', and none can be added; a gateway runs no user's code"
                + Suggestion.text(for: word, among: known), at: place(tag))
    }

    /// The word itself, where it is one name.
    private func name(_ expression: Expression) -> String? {
        guard case .path(let path) = expression.kind, path.segments.count == 1, path.text == path.segments[0] else {
            return nil
        }
        return path.text
    }

    private func literal(_ expression: Expression) -> String? {
        guard case .literal(let value?) = expression.kind else { return nil }
        return value.stringValue
    }

    private func place(_ tag: TemplateTag) -> Place {
        source.place(at: tag.offset)
    }

    private func fault(_ message: String, _ tag: TemplateTag) -> Fault {
        Fault(.template, message, at: place(tag))
    }
}

/// A piece of a template's text that other template languages would replace, and that reaches the model as it stands.
struct ForeignTag: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        /// `{% if x %}`: Jinja's.
        case statement
        /// `{# … #}`: Jinja's.
        case comment
        /// `{name}` or `{name.first}`, with what Python's formats add: the root is `name`.
        case placeholder(root: String)
    }

    let kind: Kind
    /// As it stands there.
    let text: String
    /// What would be written here; nil where there is no counterpart.
    let instead: String?
    /// In the file, in bytes.
    let offset: Int

    /// Longer ones are text.
    private static let maxLength = 400

    var message: String {
        let remedy = instead.map { "write \($0)" } ?? "there is no counterpart; compute it before the call and pass it"
        return switch kind {
        case .statement: "'\(text)' is Jinja's, and reaches the model as text; \(remedy)"
        case .comment: "'\(text)' is a comment of Jinja's, and reaches the model as text; \(remedy)"
        case .placeholder: "'\(text)' is text and reads no variable; \(remedy)"
        }
    }

    /// All of them in the text between tags.
    static func all(in tokens: [TemplateToken], of source: SourceText) -> [ForeignTag] {
        var found: [ForeignTag] = []
        for (index, token) in tokens.enumerated() {
            guard case .text(_, let start) = token else { continue }
            var end = source.bytes.count
            if index + 1 < tokens.count, case .tag(let tag) = tokens[index + 1] { end = tag.offset }
            guard start < end else { continue }
            var position = start
            while let brace = source.bytes[position..<end].firstIndex(of: UInt8(ascii: "{")) {
                position = brace + 1
                guard let tag = tag(in: source, at: brace, before: end) else { continue }
                found.append(tag)
                position = brace + tag.text.utf8.count
            }
        }
        return found
    }

    private static func tag(in source: SourceText, at brace: Int, before end: Int) -> ForeignTag? {
        let next = brace + 1
        guard next < end, brace == 0 || source.bytes[brace - 1] != UInt8(ascii: "{") else { return nil }
        switch source.bytes[next] {
        case UInt8(ascii: "%"):
            return enclosed("%}", source, brace, end).map { text in
                ForeignTag(kind: .statement, text: text, instead: JinjaStatement.counterpart(of: text), offset: brace)
            }
        case UInt8(ascii: "#"):
            return enclosed("#}", source, brace, end).map { text in
                ForeignTag(kind: .comment, text: text, instead: "{{! … }}", offset: brace)
            }
        default: return placeholder(source, brace, end)
        }
    }

    private static func enclosed(_ mark: StaticString, _ source: SourceText, _ start: Int, _ end: Int) -> String? {
        var index = start + 2
        let last = min(end, start + maxLength)
        while index + 1 < last {
            if source.starts(with: mark, at: index) { return source.string(start..<(index + 2)) }
            index += 1
        }
        return nil
    }

    private static func placeholder(_ source: SourceText, _ brace: Int, _ end: Int) -> ForeignTag? {
        let last = min(end, brace + maxLength)
        guard let close = source.bytes[brace..<last].firstIndex(of: UInt8(ascii: "}")) else { return nil }
        let inner = source.bytes[(brace + 1)..<close]
        let path = inner.prefix { isName($0) || $0 == UInt8(ascii: ".") }
        guard let first = path.first, isName(first), !(0x30...0x39).contains(first) else { return nil }
        // Python's formats: `{name!r}`, `{price:>10}`; `{"a": 1}` begins with no name, and `{a: b}` has a space.
        let rest = inner.dropFirst(path.count)
        let isFormat = rest.first == UInt8(ascii: "!") || rest.first == UInt8(ascii: ":")
        guard rest.isEmpty || isFormat && !rest.contains(where: Ascii.isSpace) else { return nil }
        let name = String(decoding: path, as: UTF8.self)
        let root = String(name.prefix { $0 != "." })
        return ForeignTag(
            kind: .placeholder(root: root), text: source.string(brace..<(close + 1)), instead: "{{\(name)}}",
            offset: brace)
    }

    private static func isName(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF)
    }
}

extension Template {
    /// Warnings about its statements and comments of Jinja's.
    var foreignFaults: [Fault] { foreignFaults { _ in false } }

    /// The same, and about places such as `{name}` whose root is a variable.
    func foreignFaults(isVariable: (String) -> Bool) -> [Fault] {
        foreignTags.compactMap { tag in
            if case .placeholder(let root) = tag.kind, !isVariable(root) { return nil }
            return Fault(.foreignTag, tag.message, at: source.place(at: tag.offset))
        }
    }
}

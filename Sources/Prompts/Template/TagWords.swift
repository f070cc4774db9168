import JSON

/// What stands in a tag: a first word, more words in order, and `key=value` pairs.
struct TagWords: Sendable {
    var positional: [Expression] = []
    var named: [PartialCall.Argument] = []

    /// Reads the words of `tag`.
    init(_ content: Range<Int>, of source: SourceText) throws(Fault) {
        var reader = TagReader(source: source, position: content.lowerBound, end: content.upperBound)
        while let word = try reader.next() {
            switch word {
            case .value(let expression):
                guard named.isEmpty else {
                    throw Fault(
                        .template, "words without '=' come before 'key=value'", at: source.place(at: expression.offset))
                }
                positional.append(expression)
            case .key(let name, let offset):
                guard case .value(let expression)? = try reader.next() else {
                    throw Fault(.template, "'\(name)=' needs a value", at: source.place(at: offset))
                }
                named.append(PartialCall.Argument(name: name, value: expression))
            }
        }
    }
}

/// Reads one word after the other.
private struct TagReader {
    enum Word {
        case value(Expression)
        case key(String, offset: Int)
    }

    let source: SourceText
    var position: Int
    let end: Int

    mutating func next() throws(Fault) -> Word? {
        while position < end, Ascii.isSpace(source.bytes[position]) { position += 1 }
        guard position < end else { return nil }
        let start = position
        switch source.bytes[position] {
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            return .value(Expression(kind: .literal(.string(try quoted())), offset: start))
        case UInt8(ascii: "("):
            throw Fault(
                .unsupported, "sub-expressions '(…)' are not supported; compute the value before the call and pass it",
                at: source.place(at: start))
        case UInt8(ascii: "|"):
            throw Fault(
                .unsupported, "block parameters 'as |x|' are not supported; read the item as {{this}}",
                at: source.place(at: start))
        default:
            return try bare()
        }
    }

    private mutating func quoted() throws(Fault) -> String {
        let quote = source.bytes[position]
        let start = position
        var text: [UInt8] = []
        position += 1
        while position < end {
            let byte = source.bytes[position]
            position += 1
            if byte == quote { return String(decoding: text, as: UTF8.self) }
            text.append(byte)
        }
        throw Fault(.template, "the quote is not closed", at: source.place(at: start))
    }

    /// A path, a number or a keyword: all that reaches to the next space or `=`.
    private mutating func bare() throws(Fault) -> Word {
        let start = position
        var isBracketed = false
        while position < end {
            let byte = source.bytes[position]
            if byte == UInt8(ascii: "[") { isBracketed = true }
            if byte == UInt8(ascii: "]") { isBracketed = false }
            if !isBracketed, Ascii.isSpace(byte) || byte == UInt8(ascii: "=") { break }
            position += 1
        }
        let text = source.string(start..<position)
        if position < end, source.bytes[position] == UInt8(ascii: "=") {
            position += 1
            guard !text.isEmpty, text.utf8.allSatisfy(Self.isNameByte) else {
                throw Fault(.template, "'\(text)=' is no name for an argument", at: source.place(at: start))
            }
            return .key(text, offset: start)
        }
        return .value(Expression(kind: try kind(of: text, at: start), offset: start))
    }

    private func kind(of text: String, at offset: Int) throws(Fault) -> Expression.Kind {
        switch text {
        case "true": return .literal(.bool(true))
        case "false": return .literal(.bool(false))
        case "null": return .literal(.null)
        case "undefined": return .literal(nil)
        case "as":
            throw Fault(
                .unsupported, "block parameters 'as |x|' are not supported; read the item as {{this}}",
                at: source.place(at: offset))
        default: break
        }
        if let first = text.utf8.first(where: { $0 != UInt8(ascii: "-") }), Ascii.isDigit(first) {
            guard let number = try? JSONValue(parsing: Array(text.utf8)), case .number = number else {
                throw Fault(.template, "'\(text)' is neither a number nor a name", at: source.place(at: offset))
            }
            return .literal(number)
        }
        return .path(try path(text, at: offset))
    }

    /// `a.b`, `a/b`, `a.[b c]`, `../a`, `./a`, `this.a`, `@index`, `@root.a`.
    private func path(_ text: String, at offset: Int) throws(Fault) -> TemplatePath {
        // Most paths are one name.
        if text != "this", !text.isEmpty, text.utf8.allSatisfy(Self.isNameByte) {
            return TemplatePath(up: 0, data: nil, segments: [text], text: text)
        }
        var path = TemplatePath(up: 0, data: nil, segments: [], text: text)
        var rest = Substring(text)
        let isData = rest.first == "@"
        if isData { rest.removeFirst() }
        var isFirst = true
        while !rest.isEmpty {
            guard let (part, isLiteral) = Self.part(of: &rest) else { throw noPath(text, offset) }
            if !isLiteral, part == ".." {
                guard path.segments.isEmpty else { throw misplaced("..", text, offset) }
                path.up += 1
            } else if !isLiteral, part == "." || part == "this" {
                guard isFirst || path.segments.isEmpty && path.up > 0 else { throw misplaced(part, text, offset) }
            } else {
                path.segments.append(part)
            }
            isFirst = false
        }
        if isData {
            guard !path.segments.isEmpty else { throw noPath(text, offset) }
            path.data = path.segments.removeFirst()
        }
        return path
    }

    /// Takes the next part and the separator behind it.
    private static func part(of rest: inout Substring) -> (String, isLiteral: Bool)? {
        let part: Substring
        var isLiteral = false
        if rest.first == "[" {
            guard let close = rest.firstIndex(of: "]") else { return nil }
            part = rest[rest.index(after: rest.startIndex)..<close]
            rest = rest[rest.index(after: close)...]
            isLiteral = true
        } else if rest.hasPrefix("..") {
            part = rest.prefix(2)
            rest = rest.dropFirst(2)
        } else if rest.first == "." {
            part = rest.prefix(1)
            // `./a` and a lone `.`; `.a` is no path.
            guard rest.count == 1 || rest.dropFirst().first == "/" else { return nil }
            rest = rest.dropFirst()
        } else {
            part = rest.prefix { $0 != "." && $0 != "/" && $0 != "[" }
            guard !part.isEmpty, part.utf8.allSatisfy(isNameByte) else { return nil }
            rest = rest.dropFirst(part.count)
        }
        guard !rest.isEmpty else { return (String(part), isLiteral) }
        guard rest.first == "." || rest.first == "/" else { return nil }
        rest.removeFirst()
        return rest.isEmpty && part != ".." ? nil : (String(part), isLiteral)
    }

    /// Handlebars' identifiers: everything but white space and ``! " # % & ' ( ) * + , . / ; < = > @ [ \ ] ^ ` { | } ~``.
    /// By byte, for ASCII.
    private static let nameBytes: [Bool] = (0..<128).map { byte in
        !Ascii.isSpace(byte) && !"!\"#%&'()*+,./;<=>@[\\]^`{|}~".utf8.contains(byte)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte > 0x7F || nameBytes[Int(byte)]
    }

    private func noPath(_ text: String, _ offset: Int) -> Fault {
        Fault(
            .template, "'\(text)' is no path; write names with dots between them, such as customer.name",
            at: source.place(at: offset))
    }

    private func misplaced(_ part: String, _ text: String, _ offset: Int) -> Fault {
        Fault(
            .template, "'\(part)' stands only at the beginning of a path, not in '\(text)'",
            at: source.place(at: offset))
    }
}

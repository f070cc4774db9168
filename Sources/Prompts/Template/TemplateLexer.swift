/// A piece of a template's text: what is copied, and what is a tag.
enum TemplateToken: Sendable, Equatable {
    case text(String, offset: Int)
    case tag(TemplateTag)
}

/// One `{{…}}`.
struct TemplateTag: Sendable, Equatable {
    enum Sigil: Sendable, Equatable {
        /// `{{x}}`, `{{{x}}}`, `{{&x}}`: nothing is ever escaped, so they are one.
        case value
        case open, invertedOpen, close, partial, comment
    }

    var sigil: Sigil
    /// The bytes between sigil and end.
    var content: Range<Int>
    var stripsLeft: Bool
    var stripsRight: Bool
    /// Of `{{`.
    var offset: Int
    /// `{{else}}` and `{{else if …}}`.
    var isElse = false

    var opensBlock: Bool { sigil == .open || sigil == .invertedOpen || isElse }

    /// Whether it takes its line with it when nothing else stands there.
    var standsOnLines: Bool { sigil != .value || isElse }
}

/// Cuts a template into text and tags.
struct TemplateLexer {
    private let source: SourceText
    private var position: Int
    private var text: [UInt8] = []
    private var textStart: Int
    private var tokens: [TemplateToken] = []

    init(_ source: SourceText, from offset: Int) {
        self.source = source
        position = offset
        textStart = offset
    }

    /// What is no tag, though it begins as one, is left out and added to `faults`.
    static func tokens(of source: SourceText, from offset: Int, faults: inout [Fault]) -> [TemplateToken] {
        var lexer = TemplateLexer(source, from: offset)
        return lexer.run(&faults)
    }

    private mutating func run(_ faults: inout [Fault]) -> [TemplateToken] {
        let bytes = source.bytes
        while position < bytes.count {
            guard source.starts(with: "{{", at: position) else {
                // In one piece up to the next brace: most of a template is text.
                let next = bytes[(position + 1)...].firstIndex(of: UInt8(ascii: "{")) ?? bytes.count
                text.append(contentsOf: bytes[position..<next])
                position = next
                continue
            }
            if text.last == UInt8(ascii: "\\") {
                text.removeLast()
                if text.last != UInt8(ascii: "\\") {
                    text.append(contentsOf: "{{".utf8)  // `\{{x}}` stands for `{{x}}`
                    position += 2
                    continue
                }
            }
            flush()
            let start = position
            do throws(Fault) {
                tokens.append(.tag(try tag()))
            } catch {
                faults.append(error)
                position = behindBroken(start)
            }
            textStart = position
        }
        flush()
        return tokens
    }

    private mutating func flush() {
        if !text.isEmpty {
            tokens.append(.text(String(decoding: text, as: UTF8.self), offset: textStart))
        }
        text.removeAll(keepingCapacity: true)
    }

    // MARK: Tags

    /// Where reading goes on behind a tag that is none: at its end, where one stands before the next tag and on its line.
    private func behindBroken(_ start: Int) -> Int {
        var index = start + 2
        while source.starts(with: "{", at: index) { index += 1 }
        let begin = index
        while index < source.bytes.count, source.bytes[index] != Ascii.newline, !source.starts(with: "{{", at: index) {
            if source.starts(with: "}}", at: index) {
                while source.starts(with: "}", at: index) { index += 1 }
                return index
            }
            index += 1
        }
        return begin
    }

    private mutating func tag() throws(Fault) -> TemplateTag {
        let start = position
        if source.starts(with: "{{{{", at: start) {
            throw unsupported("raw blocks ({{{{…}}}})", "write \\{{ for literal braces", at: start)
        }
        position += 2
        let stripsLeft = skip("~")
        if source.starts(with: "!", at: position) {
            return try comment(from: start, stripsLeft)
        }
        let sigil = try sigil(from: start)
        let isTriple = sigil == .value && source.bytes[position - 1] == UInt8(ascii: "{") && position - start >= 3
        let contentStart = position
        let contentEnd = try contentEnd(from: start)
        position = contentEnd
        if isTriple {
            guard skip("}") else {
                throw Fault(.template, "'{{{' is closed by '}}}'", at: source.place(at: start))
            }
        }
        let stripsRight = skip("~")
        guard skip("}"), skip("}") else {
            throw Fault(.template, "the tag is not closed by '}}'", at: source.place(at: start))
        }
        let content = contentStart..<contentEnd
        let isElse = sigil == .value && source.string(content).firstWord == "else"
        return TemplateTag(
            sigil: sigil, content: content, stripsLeft: stripsLeft, stripsRight: stripsRight, offset: start,
            isElse: isElse)
    }

    private mutating func sigil(from start: Int) throws(Fault) -> TemplateTag.Sigil {
        guard position < source.bytes.count else {
            throw Fault(.template, "the tag is not closed by '}}'", at: source.place(at: start))
        }
        if source.starts(with: "#>", at: position) {
            throw unsupported("block partials ({{#> …}})", "include a partial with {{> name}}", at: start)
        }
        if source.starts(with: "#*", at: position) || source.starts(with: "*", at: position) {
            throw unsupported("decorators ({{* …}})", "include a partial file with {{> name}}", at: start)
        }
        if source.starts(with: "=", at: position) {
            throw unsupported("changing the delimiters ({{=…=}})", "write \\{{ for literal braces", at: start)
        }
        if skip("#") { return .open }
        if skip("^") { return .invertedOpen }
        if skip("/") { return .close }
        if skip(">") { return .partial }
        if skip("&") || skip("{") { return .value }
        return .value
    }

    private mutating func comment(from start: Int, _ stripsLeft: Bool) throws(Fault) -> TemplateTag {
        let isLong = source.starts(with: "!--", at: position)
        let contentStart = position
        while position < source.bytes.count {
            let atEnd =
                isLong
                ? source.starts(with: "--}}", at: position) || source.starts(with: "--~}}", at: position)
                : source.starts(with: "}}", at: position) || source.starts(with: "~}}", at: position)
            guard atEnd else {
                position += 1
                continue
            }
            let content = contentStart..<position
            if isLong { position += 2 }
            let stripsRight = skip("~")
            position += 2
            return TemplateTag(
                sigil: .comment, content: content, stripsLeft: stripsLeft, stripsRight: stripsRight, offset: start)
        }
        throw Fault(
            .template, isLong ? "the comment is not closed by '--}}'" : "the comment is not closed by '}}'",
            at: source.place(at: start))
    }

    /// Finds the end of a tag's words; braces inside quotes and brackets do not count.
    private func contentEnd(from start: Int) throws(Fault) -> Int {
        var index = position
        var quote: UInt8?
        while index < source.bytes.count {
            let byte = source.bytes[index]
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: "[") {
                quote = UInt8(ascii: "]")
            } else if source.starts(with: "}}", at: index) || source.starts(with: "~}}", at: index) {
                return index
            } else if index > position, source.starts(with: "{{", at: index) {
                throw Fault(
                    .template, "the tag is not closed by '}}' before the next one begins", at: source.place(at: start))
            }
            index += 1
        }
        throw Fault(
            .template, quote == nil ? "the tag is not closed by '}}'" : "a quote in the tag is not closed",
            at: source.place(at: start))
    }

    private mutating func skip(_ text: StaticString) -> Bool {
        guard source.starts(with: text, at: position) else { return false }
        position += text.utf8CodeUnitCount
        return true
    }

    private func unsupported(_ what: String, _ instead: String, at offset: Int) -> Fault {
        Fault(.unsupported, "\(what) are not supported; \(instead)", at: source.place(at: offset))
    }
}

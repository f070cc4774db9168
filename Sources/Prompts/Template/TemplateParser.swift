import JSON

/// A template's syntax tree, and the source that its offsets point into.
struct Template: Sendable {
    /// Blocks within blocks.
    static let maxDepth = 32

    /// Begins with `prompts/`.
    let path: String
    let source: SourceText
    let nodes: [TemplateNode]
    /// Text that means something to other template languages.
    let foreignTags: [ForeignTag]

    /// Compiles the bytes of `source` from `offset`. Throws the first fault.
    init(_ source: SourceText, from offset: Int = 0, path: String = "") throws(Fault) {
        var faults: [Fault] = []
        self.init(source, from: offset, path: path, faults: &faults)
        if let first = faults.first { throw first }
    }

    /// Compiles what can be compiled, and adds all that is wrong to `faults`.
    init(_ source: SourceText, from offset: Int = 0, path: String = "", faults: inout [Fault]) {
        self.path = path
        self.source = source
        let tokens = TemplateLexer.tokens(of: source, from: offset, faults: &faults)
        foreignTags = ForeignTag.all(in: tokens, of: source)
        var parser = TemplateParser(source)
        nodes = parser.parse(tokens, faults: &faults)
        faults.sort { ($0.place.line, $0.place.column) < ($1.place.line, $1.place.column) }
    }

    /// The names of the partials that it includes, each once.
    var partials: [PartialCall] {
        var calls: [PartialCall] = []
        var pending = nodes[...]
        while let node = pending.popFirst() {
            switch node {
            case .partial(let call): if !calls.contains(where: { $0.name == call.name }) { calls.append(call) }
            case .block(let block): pending = (block.body + block.inverse + pending)[...]
            default: break
            }
        }
        return calls
    }
}

/// Puts tokens together to a tree, with a stack of its own.
struct TemplateParser {
    let source: SourceText
    private var stack: [OpenBlock] = []
    private var nodes: [TemplateNode] = []

    private struct OpenBlock {
        var block: TemplateBlock
        /// What the closing tag repeats.
        var name: String
        /// The nodes before the block.
        var outer: [TemplateNode]
        /// Where the body ended and the inverse began.
        var body: [TemplateNode]?
        /// Opened by `{{else if …}}`: closed together with the block around it.
        var isChained: Bool
        /// Whether its beginning is a fault already.
        var isBroken = false
    }

    init(_ source: SourceText) {
        self.source = source
    }

    /// Goes on behind a fault, so that all are found: a block that means nothing still has its end.
    mutating func parse(_ tokens: [TemplateToken], faults: inout [Fault]) -> [TemplateNode] {
        let trimmed = Whitespace.controlled(tokens)
        for (token, text) in zip(tokens, trimmed) {
            switch token {
            case .text: if !text.text.isEmpty { nodes.append(.text(String(text.text))) }
            case .tag(let tag):
                do throws(Fault) {
                    try take(tag, indent: text.indent)
                } catch {
                    faults.append(error)
                    standIn(for: tag)
                }
            }
        }
        while let open = stack.last {
            if !open.isChained, !open.isBroken {
                faults.append(fault("{{#\(open.name)}} is not closed by {{/\(open.name)}}", open.block.offset))
            }
            endBlock()
        }
        return nodes
    }

    /// Opens a block whose beginning means nothing, so that its end is no second fault.
    private mutating func standIn(for tag: TemplateTag) {
        guard tag.sigil == .open || tag.sigil == .invertedOpen, stack.count < Template.maxDepth else { return }
        let always = Expression(kind: .literal(.bool(true)), offset: tag.offset)
        stack.append(
            OpenBlock(
                block: TemplateBlock(kind: .if, arguments: [always], offset: tag.offset), name: words(in: tag),
                outer: nodes, body: nil, isChained: false, isBroken: true))
        nodes = []
    }

    private mutating func take(_ tag: TemplateTag, indent: String) throws(Fault) {
        switch tag.sigil {
        case .comment: break
        case .close: try close(tag)
        case .open: try open(tag, isChained: false)
        case .partial: nodes.append(.partial(try TagMeaning(source).partial(tag, indent: indent)))
        case .invertedOpen where tag.content.isEmpty || words(in: tag).isEmpty: try beginElse(tag)
        case .invertedOpen: try openInverted(tag)
        case .value where tag.isElse: try elseTag(tag)
        case .value: nodes.append(try TagMeaning(source).node(tag))
        }
    }

    // MARK: Blocks

    private mutating func open(_ tag: TemplateTag, isChained: Bool) throws(Fault) {
        let words = try TagWords(tag.content, of: source)
        let block = try TagMeaning(source).block(words, tag)
        try push(block, name: source.string(tag.content).firstWord, isChained: isChained)
    }

    private mutating func openInverted(_ tag: TemplateTag) throws(Fault) {
        let words = try TagWords(tag.content, of: source)
        guard words.positional.count == 1, words.named.isEmpty else {
            throw fault("{{^…}} takes one variable", tag.offset)
        }
        let block = TemplateBlock(kind: .inverted, arguments: words.positional, offset: tag.offset)
        try push(block, name: source.string(tag.content).firstWord, isChained: false)
    }

    private mutating func push(_ block: TemplateBlock, name: String, isChained: Bool) throws(Fault) {
        guard stack.count < Template.maxDepth else {
            throw Fault(
                .limit, "blocks are nested deeper than \(Template.maxDepth)", at: source.place(at: block.offset))
        }
        stack.append(OpenBlock(block: block, name: name, outer: nodes, body: nil, isChained: isChained))
        nodes = []
    }

    private mutating func elseTag(_ tag: TemplateTag) throws(Fault) {
        try beginElse(tag)
        var inner = tag
        let rest = source.string(tag.content)
        let skipped = rest.utf8.prefix { Ascii.isSpace($0) }.count + 4
        inner.content = (tag.content.lowerBound + skipped)..<tag.content.upperBound
        if !words(in: inner).isEmpty { try open(inner, isChained: true) }
    }

    private mutating func beginElse(_ tag: TemplateTag) throws(Fault) {
        guard let last = stack.indices.last else { throw fault("{{else}} stands outside of a block", tag.offset) }
        guard stack[last].body == nil else { throw fault("the block has an {{else}} already", tag.offset) }
        stack[last].body = nodes
        nodes = []
    }

    private mutating func close(_ tag: TemplateTag) throws(Fault) {
        let name = words(in: tag)
        guard let innermost = stack.last(where: { !$0.isChained }) else {
            throw fault("{{/\(name)}} closes nothing", tag.offset)
        }
        guard innermost.name == name else {
            // The end of a block further out ends those in it too.
            if stack.contains(where: { !$0.isChained && $0.name == name }) {
                while endBlock() != name {}
            }
            throw fault("{{/\(name)}} stands where {{/\(innermost.name)}} must close the block", tag.offset)
        }
        while endBlock() == nil {}
    }

    /// Takes the innermost block off the stack. Returns its name; nil for one that ends with the block around it, or none.
    @discardableResult
    private mutating func endBlock() -> String? {
        guard let open = stack.popLast() else { return nil }
        var block = open.block
        block.body = open.body ?? nodes
        block.inverse = open.body == nil ? [] : nodes
        nodes = open.outer + [.block(block)]
        return open.isChained ? nil : open.name
    }

    private func words(in tag: TemplateTag) -> String {
        source.string(tag.content).firstWord
    }

    private func fault(_ message: String, _ offset: Int) -> Fault {
        Fault(.template, message, at: source.place(at: offset))
    }
}

extension String {
    /// The text between leading white space and the next.
    var firstWord: String {
        guard utf8.allSatisfy({ $0 < 0x80 }) else {
            return String(drop(while: \.isWhitespace).prefix { !$0.isWhitespace })
        }
        return String(Substring(utf8.drop(while: Ascii.isSpace).prefix { !Ascii.isSpace($0) }))
    }
}

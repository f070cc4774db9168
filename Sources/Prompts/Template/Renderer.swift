import JSON

/// Walks a compiled template once and tells a builder what it meets.
///
/// Values are looked up and copied; none is ever read as a template.
struct Renderer {
    /// Turns of all loops and calls of partials together.
    static let maxTurns = 10_000
    /// Blocks and partials within each other.
    static let maxDepth = 32

    private let partials: [String: Template]
    /// The prompt's or the partial that is being rendered.
    private var template: Template
    private let root: JSONValue
    private let mediaHosts: [String]?
    private(set) var builder = MessageBuilder()
    private var contexts: [JSONValue]
    private var loops: [Loop] = []
    private var turns = 0
    private var depth = 0
    private var indent = ""
    private var isAtLineStart = false

    /// What `@index` and its like read.
    private struct Loop {
        var index: Int
        var key: String
        var isFirst: Bool
        var isLast: Bool
    }

    init(
        _ template: Template, partials: [String: Template], variables: JSONValue, mediaHosts: [String]? = nil
    ) {
        self.template = template
        self.partials = partials
        root = variables
        self.mediaHosts = mediaHosts
        contexts = [variables]
    }

    /// Renders `nodes`, and returns the JSON array of the messages.
    static func messages(
        of template: Template, partials: [String: Template], variables: JSONValue, history: PromptHistory,
        form: MessageForm = .chat, mediaHosts: [String]? = nil
    ) throws(RenderFault) -> [UInt8] {
        var renderer = Renderer(template, partials: partials, variables: variables, mediaHosts: mediaHosts)
        try renderer.render(template.nodes)
        return renderer.builder.finish(history: history, form: form)
    }

    private mutating func render(_ nodes: [TemplateNode]) throws(RenderFault) {
        for node in nodes {
            do throws(RenderLimit) {
                if try renderLeaf(node) { continue }
            } catch {
                throw .limit(error.what)
            }
            switch node {
            case .value(let expression): try emit(text(of: expression))
            case .json(let expression, let indent):
                try emit(value(of: expression).map { $0.text(indent: indent) } ?? "")
            case .media(let url, let type): try renderMedia(url, type)
            case .block(let block): try nested { (renderer) throws(RenderFault) in try renderer.render(block) }
            case .partial(let call): try nested { (renderer) throws(RenderFault) in try renderer.render(call) }
            case .text, .role, .history, .section: break
            }
        }
    }

    /// Renders what needs no value. Returns false for everything else.
    private mutating func renderLeaf(_ node: TemplateNode) throws(RenderLimit) -> Bool {
        switch node {
        case .text(let text):
            if indent.isEmpty { try builder.append(literal: text) } else { try appendIndented(text) }
        case .role(let role): builder.begin(role)
        case .history: try builder.placeHistory()
        case .section: break
        default: return false
        }
        return true
    }

    private mutating func appendIndented(_ text: String) throws(RenderLimit) {
        var rest = text[...]
        while !rest.isEmpty {
            let line = rest.firstIndex(of: "\n").map { rest[...$0] } ?? rest
            if isAtLineStart, line != "\n" { try builder.append(literal: indent) }
            try builder.append(literal: String(line))
            isAtLineStart = line.last == "\n"
            rest = rest[line.endIndex...]
        }
    }

    private mutating func emit(_ text: String) throws(RenderFault) {
        do throws(RenderLimit) {
            if isAtLineStart, !indent.isEmpty, !text.isEmpty {
                try builder.append(literal: indent)
                isAtLineStart = false
            }
            try builder.append(value: text)
        } catch {
            throw .limit(error.what)
        }
    }

    private mutating func nested(_ body: (inout Renderer) throws(RenderFault) -> Void) throws(RenderFault) {
        guard depth < Self.maxDepth else { throw .limit("blocks and partials are nested deeper than \(Self.maxDepth)") }
        depth += 1
        try body(&self)
        depth -= 1
    }

    private mutating func countTurn() throws(RenderFault) {
        turns += 1
        guard turns <= Self.maxTurns else { throw .limit("loops turn more than \(Self.maxTurns) times") }
    }
}

/// Why a request's values do not render.
enum RenderFault: Error {
    case limit(String)
    case value(BadValue)

    /// A value that cannot stand where the template puts it.
    struct BadValue {
        /// Names the path as the template writes it, and what is wrong.
        var message: String
        /// `prompt.variables.orders/0`, as far as it is known.
        var param: String
        var place: FilePlace
    }
}

// MARK: Blocks and partials

extension Renderer {
    private mutating func render(_ block: TemplateBlock) throws(RenderFault) {
        guard let first = block.arguments.first else { return }
        let value = value(of: first)
        switch block.kind {
        case .if: try render(value.isTruthy ? block.body : block.inverse)
        case .unless: try render(value.isTruthy ? block.inverse : block.body)
        case .ifEquals, .unlessEquals:
            let isEqual = block.arguments.count == 2 && value.isSame(as: self.value(of: block.arguments[1]))
            try render(isEqual == (block.kind == .ifEquals) ? block.body : block.inverse)
        case .with:
            guard let value, !value.isBlank else { return try render(block.inverse) }
            try render(block.body, in: value)
        case .each: try renderEach(value, block)
        case .section: try renderSection(value, body: block.body, inverse: block.inverse)
        case .inverted: try renderSection(value, body: block.inverse, inverse: block.body)
        }
    }

    /// Handlebars' plain section: a list repeats, true keeps the context, other values become it.
    private mutating func renderSection(
        _ value: JSONValue?, body: [TemplateNode], inverse: [TemplateNode]
    ) throws(RenderFault) {
        switch value {
        case nil, .null, .bool(false): try render(inverse)
        case .bool(true): try render(body)
        case .array(let items) where items.isEmpty: try render(inverse)
        case .array(let items): try renderItems(items.enumerated().map { ("\($0.offset)", $0.element) }, body)
        case .some(let value): try render(body, in: value)
        }
    }

    private mutating func renderEach(_ value: JSONValue?, _ block: TemplateBlock) throws(RenderFault) {
        switch value {
        case .array(let items) where !items.isEmpty:
            try renderItems(items.enumerated().map { ("\($0.offset)", $0.element) }, block.body)
        case .object(let members) where !members.isEmpty:
            try renderItems(members.map { ($0.name, $0.value) }, block.body)
        default: try render(block.inverse)
        }
    }

    private mutating func renderItems(_ items: [(String, JSONValue)], _ body: [TemplateNode]) throws(RenderFault) {
        for (index, (key, item)) in items.enumerated() {
            try countTurn()
            loops.append(Loop(index: index, key: key, isFirst: index == 0, isLast: index == items.count - 1))
            try render(body, in: item)
            loops.removeLast()
        }
    }

    private mutating func render(_ body: [TemplateNode], in context: JSONValue) throws(RenderFault) {
        contexts.append(context)
        try render(body)
        contexts.removeLast()
    }

    private mutating func render(_ call: PartialCall) throws(RenderFault) {
        guard let template = partials[call.name] else { return }
        try countTurn()
        let context = context(of: call)
        let outer = (indent, isAtLineStart)
        let caller = self.template
        self.template = template
        if !call.indent.isEmpty {
            indent += call.indent
            isAtLineStart = true
        }
        if call.context == nil && call.arguments.isEmpty {
            try render(template.nodes)
        } else {
            try render(template.nodes, in: context)
        }
        if !call.indent.isEmpty { (indent, isAtLineStart) = outer }
        self.template = caller
    }

    private func context(of call: PartialCall) -> JSONValue {
        let base = call.context.map { value(of: $0) ?? .null } ?? contexts[contexts.count - 1]
        guard !call.arguments.isEmpty else { return base }
        var members = base.objectValue ?? []
        for argument in call.arguments {
            members.removeAll { $0.name == argument.name }
            if let value = value(of: argument.value) { members.append(JSONMember(argument.name, value)) }
        }
        return .object(members)
    }

    private mutating func renderMedia(_ url: Expression, _ type: Expression?) throws(RenderFault) {
        let address = try text(of: url)
        if let reason = MediaPart.refusal(of: address, hosts: mediaHosts) { throw badValue(url, reason) }
        let contentType = try type.map { (type) throws(RenderFault) in try text(of: type) }
        if let type, let contentType, !contentType.hasPrefix("image/"), contentType != "application/pdf" {
            throw badValue(type, "the content type is image/… or application/pdf")
        }
        do throws(RenderLimit) {
            try builder.append(media: MediaPart(url: address, contentType: contentType))
        } catch {
            throw .limit(error.what)
        }
    }
}

// MARK: Values

extension Renderer {
    private func text(of expression: Expression) throws(RenderFault) -> String {
        switch value(of: expression) {
        case nil, .null: ""
        case .string(let text): text
        case .number(let text): text
        case .bool(let value): value ? "true" : "false"
        case .array, .object:
            throw badValue(
                expression, "a list or object is no text; the template must say {{json \(expression.text)}}")
        }
    }

    private func badValue(_ expression: Expression, _ reason: String) -> RenderFault {
        var param = "prompt.variables"
        if case .path(let path) = expression.kind,
            path.data == "root" || contexts.count - 1 == path.up && path.data == nil,
            !path.segments.isEmpty
        {
            param += "." + Mismatch(kind: .invalid, path: path.segments, message: "").pointer
        }
        let place = FilePlace(path: template.path, source: template.source, offset: expression.offset)
        return .value(.init(message: "'\(expression.text)': \(reason)", param: param, place: place))
    }

    private func value(of expression: Expression) -> JSONValue? {
        switch expression.kind {
        case .literal(let value): value
        case .path(let path): value(at: path)
        }
    }

    private func value(at path: TemplatePath) -> JSONValue? {
        var value: JSONValue
        if let name = path.data {
            guard let start = data(name, up: path.up) else { return nil }
            value = start
        } else {
            guard path.up < contexts.count else { return nil }
            value = contexts[contexts.count - 1 - path.up]
        }
        for segment in path.segments {
            switch value {
            case .object(let members):
                guard let member = members.first(where: { $0.name == segment }) else { return nil }
                value = member.value
            case .array(let items):
                guard let index = Int(segment), items.indices.contains(index) else { return nil }
                value = items[index]
            default: return nil
            }
        }
        return value
    }

    private func data(_ name: String, up: Int) -> JSONValue? {
        if name == "root" { return root }
        guard LoopData.names.contains(name), up < loops.count else { return nil }
        let loop = loops[loops.count - 1 - up]
        return switch name {
        case "index": .integer(loop.index)
        case "key": .string(loop.key)
        case "first": .bool(loop.isFirst)
        default: .bool(loop.isLast)
        }
    }
}

/// The names that loops give.
enum LoopData {
    static let names: Set<String> = ["index", "key", "first", "last"]
}

extension Expression {
    /// For messages.
    var text: String {
        switch kind {
        case .path(let path): path.text
        case .literal: "a literal"
        }
    }
}

import JSON

/// Reads a template against the declared variables, before any request does.
///
/// Every path must be declared (E101) and be a value (W209), lists and objects are no text (E107), a picture's address comes from a variable
/// that `llmgw.media` names (E106). Partials are read at each place where they are included.
struct ScopeCheck {
    /// Nodes visited: partials that include others twice each would else take for ever.
    private static let maxVisits = 20_000
    /// Of errors, and of warnings.
    private static let maxFindings = 200

    private let partials: [String: Template]
    private let media: [String]
    /// Of the file that is being read: only the prompt's own body and each partial know their places.
    private var file: CheckedFile
    /// The prompt's own.
    private let prompt: String
    private var scopes: [Scope]
    /// The first context that `../` reaches: a partial's does not lead to its callers'.
    private var outermost = 0
    private var loops = 0
    private var depth = 0
    private var visits = 0
    private var guarded: [GuardedPath] = []
    private(set) var found: [PromptDiagnostic] = []
    /// Root variables that something reads.
    private(set) var used: Set<String> = []
    /// Where each of them is read first.
    private(set) var reads: [String: FilePlace] = [:]
    /// The `@name`s that the caller of the template must give.
    private(set) var context: Set<String> = []

    struct CheckedFile {
        var path: String
        var source: SourceText
    }

    /// A context, and what is known of it.
    private struct Scope {
        var schema: ValueSchema
        var isRoot = false
        /// The variable that it was taken from.
        var origin: String?
        /// What a partial's arguments add.
        var arguments: [String: Resolved] = [:]
    }

    private struct Resolved {
        var schema: ValueSchema
        var isOptional: Bool
        var origin: String?
    }

    private struct GuardedPath {
        var scope: Int
        var segments: [String]
    }

    init(file: CheckedFile, input: ValueSchema, media: [String], partials: [String: Template]) {
        self.file = file
        prompt = file.path
        self.media = media
        self.partials = partials
        scopes = [Scope(schema: input, isRoot: true)]
    }

    mutating func check(_ nodes: [TemplateNode]) {
        for node in nodes {
            visits += 1
            guard visits <= Self.maxVisits else { return reportSize() }
            switch node {
            case .text, .role, .history, .section: break
            case .value(let expression): checkText(expression)
            case .json(let expression, _): checkRead(expression)
            case .media(let url, let type):
                checkMedia(url)
                if let type { checkText(type) }
            case .block(let block): nested(block.offset) { $0.check(block) }
            case .partial(let call): nested(call.offset) { $0.check(call) }
            }
        }
    }

    /// What is not checked is not served.
    private mutating func reportSize() {
        guard visits == Self.maxVisits + 1 else { return }
        report(
            .limit, "the template has more than \(Self.maxVisits) tags and texts, with those of its partials; split it",
            0)
    }

    private mutating func nested(_ offset: Int, _ body: (inout ScopeCheck) -> Void) {
        guard depth < Renderer.maxDepth else {
            return report(.partialDepth, "blocks and partials are nested deeper than \(Renderer.maxDepth)", offset)
        }
        depth += 1
        body(&self)
        depth -= 1
    }

    // MARK: Blocks

    private mutating func check(_ block: TemplateBlock) {
        let resolved = block.arguments.map { resolve($0) }
        guard let first = block.arguments.first, let value = resolved.first else { return }
        switch block.kind {
        case .if:
            withGuard(first) { $0.check(block.body) }
            check(block.inverse)
        case .unless, .inverted:
            check(block.body)
            withGuard(first) { $0.check(block.inverse) }
        case .ifEquals, .unlessEquals:
            check(block.body)
            check(block.inverse)
        case .with:
            withGuard(first) { $0.check(block.body, in: value?.schema ?? .anything, origin: value?.origin) }
            check(block.inverse)
        case .each: checkLoop(block, value, first)
        case .section:
            let schema = value?.schema ?? .anything
            // A plain section may repeat, enter or just test: what its context is, only the value says.
            let item = schema.kinds == .array ? schema.items.first ?? .anything : schema
            let entersNothing = schema.kinds.subtracting([.boolean, .null]).isEmpty
            withGuard(first) { check in
                if entersNothing { check.check(block.body) } else { check.checkItems(block.body, item, value?.origin) }
            }
            check(block.inverse)
        }
    }

    private mutating func checkLoop(_ block: TemplateBlock, _ value: Resolved?, _ first: Expression) {
        let schema = value?.schema ?? .anything
        if schema.kinds.isDisjoint(with: [.array, .object]) {
            report(.notText, "'\(first.text)' is no list: #each has nothing to repeat", first.offset)
        }
        let item =
            schema.kinds.contains(.array)
            ? schema.items.first ?? .anything
            : schema.others.first ?? (schema.properties.count == 1 ? schema.properties[0].schema : .anything)
        withGuard(first) { $0.checkItems(block.body, item, value?.origin) }
        check(block.inverse)
    }

    private mutating func checkItems(_ body: [TemplateNode], _ item: ValueSchema, _ origin: String?) {
        loops += 1
        check(body, in: item, origin: origin)
        loops -= 1
    }

    private mutating func check(_ body: [TemplateNode], in schema: ValueSchema, origin: String?) {
        scopes.append(Scope(schema: schema, origin: origin))
        check(body)
        scopes.removeLast()
    }

    private mutating func check(_ call: PartialCall) {
        guard let template = partials[call.name] else { return }  // reported where partials are found
        let context = call.context.map { resolve($0) }
        var scope = scopes[scopes.count - 1]
        if let context { scope = Scope(schema: context?.schema ?? .anything, origin: context?.origin) }
        for argument in call.arguments {
            scope.arguments[argument.name] =
                resolve(argument.value) ?? Resolved(schema: .anything, isOptional: false, origin: nil)
        }
        let outer = file
        file = CheckedFile(path: template.path, source: template.source)
        // As rendering does: what is called with nothing reads in the context of its caller.
        let hasOwnScope = call.context != nil || !call.arguments.isEmpty
        if hasOwnScope { scopes.append(scope) }
        let outermost = self.outermost
        self.outermost = scopes.count - 1
        check(template.nodes)
        self.outermost = outermost
        if hasOwnScope { scopes.removeLast() }
        file = outer
    }

    // MARK: Reads

    private mutating func checkText(_ expression: Expression) {
        guard let resolved = resolve(expression) else { return }
        if resolved.schema.kinds.isSubset(of: [.array, .object, .null]), resolved.schema.kinds != .null {
            return report(
                .notText, "'\(expression.text)' is a list or an object; use {{json \(expression.text)}}",
                expression.offset)
        }
        warnIfOptional(resolved, expression)
    }

    private mutating func checkRead(_ expression: Expression) {
        guard let resolved = resolve(expression) else { return }
        warnIfOptional(resolved, expression)
    }

    private mutating func warnIfOptional(_ resolved: Resolved, _ expression: Expression) {
        guard resolved.isOptional else { return }
        report(
            .optionalRead, "'\(expression.text)' is optional; put it inside {{#if \(expression.text)}}",
            expression.offset)
    }

    private mutating func checkMedia(_ url: Expression) {
        if case .literal(let value) = url.kind {
            guard let reason = MediaPart.refusal(of: value?.stringValue ?? "") else { return }
            return report(.media, reason, url.offset)
        }
        guard let resolved = resolve(url), resolved.origin == nil || !media.contains(resolved.origin ?? "") else {
            return
        }
        let name = resolved.origin ?? url.text
        report(.media, "a picture's address comes from '\(name)': list it in llmgw.media: [\(name)]", url.offset)
    }

    /// Returns what is known of an expression's value; nil when it is not declared or nothing, which is reported.
    private mutating func resolve(_ expression: Expression) -> Resolved? {
        switch expression.kind {
        case .literal(let value):
            var schema = ValueSchema()
            schema.kinds = value.map(ValueSchema.Kinds.init(of:)) ?? .null
            return Resolved(schema: schema, isOptional: false, origin: nil)
        case .path(let path): return resolve(path, expression.offset)
        }
    }

    private mutating func resolve(_ path: TemplatePath, _ offset: Int) -> Resolved? {
        var index = scopes.count - 1 - path.up
        if let name = path.data {
            guard name == "root" else { return resolveData(name, path, offset) }
            index = 0
        }
        let leadsOut = path.data == nil && index < outermost
        if leadsOut { reportOutside(path, offset) }
        guard index >= 0 else { return nil }
        let scope = scopes[index]
        guard let first = path.segments.first else {
            if scope.isRoot { used.formUnion(scope.schema.properties.map(\.name)) }
            return Resolved(schema: scope.schema, isOptional: false, origin: scope.origin)
        }
        if let argument = scope.arguments[first] {
            return descend(argument, path, from: 1, scope: index, offset, isOutside: leadsOut)
        }
        if scope.isRoot, used.insert(first).inserted {
            reads[first] = FilePlace(path: file.path, source: file.source, offset: offset)
        }
        let start = Resolved(
            schema: scope.schema, isOptional: false, origin: scope.origin ?? (scope.isRoot ? first : nil))
        return descend(start, path, from: 0, scope: index, offset, isOutside: leadsOut)
    }

    /// What leads out of a partial finds what its caller has there, or nothing.
    private mutating func reportOutside(_ path: TemplatePath, _ offset: Int) {
        guard file.path != prompt else {
            return report(.undeclared, "'\(path.text)' leads out of the template: there is no context outside", offset)
        }
        report(
            .emptyRead,
            "'\(path.text)' leads out of the partial, where each caller has something else; pass the value where it is"
                + " called: {{> name x=…}}", offset)
    }

    private mutating func descend(
        _ start: Resolved, _ path: TemplatePath, from first: Int, scope: Int, _ offset: Int, isOutside: Bool
    ) -> Resolved? {
        var current = start
        for (position, segment) in path.segments.enumerated().dropFirst(first) {
            let schema = current.schema
            if schema.kinds == .array, Int(segment) != nil {
                current.schema = schema.items.first ?? .anything
            } else if let property = schema.property(segment) {
                let isGuarded = isGuarded(Array(path.segments[...position]), scope)
                let hasDefault = scopes[scope].isRoot && position == 0 && defaults.contains(segment)
                if !property.isRequired, !isGuarded, !hasDefault { current.isOptional = true }
                current.schema = property.schema
            } else if let other = schema.others.first {
                current.schema = other
            } else if schema.isOpen {
                current.schema = .anything
            } else if isOutside {
                return nil
            } else if !schema.kinds.contains(.object), position > 0 {
                let whole = path.segments[..<position].joined(separator: ".")
                report(.emptyRead, "'\(path.text)' reads nothing: '\(whole)' is no object", offset)
                return nil
            } else {
                let names = schema.properties.map(\.name) + (position == 0 ? scopes[scope].arguments.keys.sorted() : [])
                reportUndeclared(path, segment, among: names, offset)
                return nil
            }
        }
        return current
    }

    /// Variables that have a default value are never missing.
    var defaults: Set<String> = []

    private mutating func resolveData(_ name: String, _ path: TemplatePath, _ offset: Int) -> Resolved? {
        guard LoopData.names.contains(name) else {
            context.insert(name)
            report(
                .contextRead, "'\(path.text)' is given by no call of a gateway, which answers 400; pass a variable",
                offset)
            return Resolved(schema: .anything, isOptional: false, origin: nil)
        }
        if loops - path.up < 1 {
            report(.undeclared, "'\(path.text)' stands outside of #each", offset)
            return nil
        }
        return Resolved(schema: .anything, isOptional: false, origin: nil)
    }

    private mutating func reportUndeclared(_ path: TemplatePath, _ name: String, among names: [String], _ offset: Int) {
        let near = Suggestion.text(for: name, among: names)
        var hint = near
        if near.isEmpty, scopes.count > 1, scopes[0].schema.property(name) != nil {
            hint = "; did you mean '@root.\(name)'?"
        }
        report(.undeclared, "variable '\(path.text)' is not declared\(hint)", offset)
    }

    // MARK: Guards

    private mutating func withGuard(_ expression: Expression, _ body: (inout ScopeCheck) -> Void) {
        guard case .path(let path) = expression.kind, path.data == nil || path.data == "root" else {
            return body(&self)
        }
        let scope = path.data == nil ? scopes.count - 1 - path.up : 0
        guarded.append(GuardedPath(scope: scope, segments: path.segments))
        body(&self)
        guarded.removeLast()
    }

    private func isGuarded(_ segments: [String], _ scope: Int) -> Bool {
        guarded.contains { $0.segments.starts(with: segments) && ($0.scope == scope || isSame($0.scope, scope)) }
    }

    /// A partial called with arguments alone sees the same variables in a scope of its own.
    private func isSame(_ left: Int, _ right: Int) -> Bool {
        left >= 0 && left < scopes.count && scopes[left].isRoot && scopes[right].isRoot
    }

    private mutating func report(_ code: FaultCode, _ message: String, _ offset: Int) {
        guard !isFull(of: code.isWarning ? .warning : .error) else { return }
        // One prompt may give a partial what another does not.
        let message = file.path == prompt ? message : "\(message); \(prompt) includes it"
        let diagnostic = Fault(code, message, at: file.source.place(at: offset)).diagnostic(in: file.path)
        if !found.contains(diagnostic) { found.append(diagnostic) }
    }

    /// Each finding costs a walk to its line. Errors are counted apart: no number of warnings may hide the first of them.
    private func isFull(of severity: PromptDiagnostic.Severity) -> Bool {
        found.count >= Self.maxFindings && found.count { $0.severity == severity } >= Self.maxFindings
    }
}

import JSON

/// Compiles the files of a folder, and collects all that is wrong in them.
struct PromptCompiler {
    private(set) var prompts: [String: CompiledPrompt] = [:]
    private(set) var labels: [PromptLabel] = []
    private(set) var diagnostics: [PromptDiagnostic] = []

    /// By path below `prompts/`.
    private var bytes: [String: [UInt8]] = [:]
    private var partials: [String: Template] = [:]
    private var schemas: [String: JSONValue] = [:]
    private var tools: [String: JSONValue] = [:]

    init(_ files: [PromptSourceFile]) {
        let files = files.sorted { $0.path < $1.path }
        for file in files { bytes[file.path] = file.bytes }
        // First what prompts refer to, then prompts, then what refers to prompts.
        for file in files { readParts(file) }
        for file in files { readPrompt(file) }
        for file in files { readLabel(file) }
        diagnostics.sort { ($0.file, $0.line, $0.column, $0.code) < ($1.file, $1.line, $1.column, $1.code) }
    }

    // MARK: Parts

    private mutating func readParts(_ file: PromptSourceFile) {
        attempt(file.path) { (compiler) throws(Fault) in
            switch PromptFileKind(path: file.path) {
            case .partial: compiler.partials[file.path] = try Self.partial(file)
            case .schema(let name): compiler.schemas[name] = try Self.json(file, .schema)
            case .tool(let name):
                compiler.tools[name] = try Self.tool(try Self.json(file, .tool), name)
            case .misnamed(let reason): throw Fault(.fileName, reason, at: .start)
            case .prompt, .label, nil: break
            }
        }
    }

    private static func partial(_ file: PromptSourceFile) throws(Fault) -> Template {
        let parsed = try PromptFile(path: "prompts/" + file.path, bytes: file.bytes)
        guard parsed.bodyOffset == 0 else {
            throw Fault(.frontMatter, "a partial has no front matter; declare variables in the prompt", at: .start)
        }
        return try Template(parsed.source, path: parsed.path)
    }

    private static func json(_ file: PromptSourceFile, _ code: FaultCode) throws(Fault) -> JSONValue {
        let source = SourceText(file.bytes)
        try source.requireText()
        do throws(JSONError) {
            return try JSONValue(parsing: file.bytes)
        } catch {
            throw Fault(code, error.reason, at: source.place(at: error.offset))
        }
    }

    /// Returns OpenAI's form of a function's definition; the bare function is accepted too.
    private static func tool(_ json: JSONValue, _ name: String) throws(Fault) -> JSONValue {
        let function = json["function"] ?? json
        guard function["name"]?.stringValue == name else {
            throw Fault(.tool, "the function's name must be '\(name)', as the file's", at: .start)
        }
        if json["function"] != nil { return json }
        return .object([JSONMember("type", .string("function")), JSONMember("function", function)])
    }

    // MARK: Prompts

    private mutating func readPrompt(_ file: PromptSourceFile) {
        guard case .prompt(let name, let variant)? = PromptFileKind(path: file.path) else { return }
        let key = variant.map { "\(name).\($0)" } ?? name
        attempt(file.path) { (compiler) throws(Fault) in
            try compiler.compile(file, key: key, name: name, variant: variant)
        }
    }

    private mutating func compile(
        _ file: PromptSourceFile, key: String, name: String, variant: String?
    ) throws(Fault) {
        let parsed = try PromptFile(path: "prompts/" + file.path, bytes: file.bytes)
        let named = schemas
        var reader = FrontMatterReader(name: name, variant: variant) {
            Self.schemaName($0, named).flatMap { named[$0] }
        }
        reader.read(parsed.frontMatter)
        add(reader.faults, parsed.path)
        var matter = reader.result
        var bundle = [parsed.path: file.bytes]
        addTools(&matter, &bundle, parsed.path)
        for schema in matter.schemas {
            include("schemas/" + (Self.schemaName(schema, schemas) ?? schema) + ".json", &bundle)
        }
        let template = try Template(parsed.source, from: parsed.bodyOffset, path: parsed.path)
        guard let reached = reachedPartials(template, folder: Self.folder(of: file.path)) else { return }
        for partial in reached.values { include(String(partial.path.dropFirst("prompts/".count)), &bundle) }
        let context = check(template, matter, reached)
        prompts[key] = CompiledPrompt(
            name: key, path: parsed.path, frontMatter: matter, template: template, partials: reached, context: context,
            digest: BundleDigest.hex(of: bundle))
    }

    /// `Order` stands for `schemas/Order.json`, else for `schemas/order.json`.
    private static func schemaName(_ name: String, _ schemas: [String: JSONValue]) -> String? {
        [name, name.lowercased()].first { schemas[$0] != nil }
    }

    private static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    }

    private mutating func addTools(_ matter: inout FrontMatter, _ bundle: inout [String: [UInt8]], _ path: String) {
        guard !matter.tools.isEmpty else { return }
        var definitions: [JSONValue] = []
        for reference in matter.tools {
            guard let tool = tools[reference.name] else {
                let hint = Suggestion.text(for: reference.name, among: tools.keys)
                add([Fault(.tool, "there is no file tools/\(reference.name).json\(hint)", at: reference.place)], path)
                continue
            }
            definitions.append(tool)
            include("tools/\(reference.name).json", &bundle)
        }
        let isLocked = !matter.overridable.contains("tools")
        matter.parameters.append(PromptParameter(name: "tools", value: .array(definitions), isLocked: isLocked))
    }

    private func include(_ path: String, _ bundle: inout [String: [UInt8]]) {
        bundle["prompts/" + path] = bytes[path]
    }

    // MARK: Partials

    /// Returns every partial that `template` reaches, by name. Nil when one is missing or includes itself.
    private mutating func reachedPartials(_ template: Template, folder: String) -> [String: Template]? {
        var reached: [String: Template] = [:]
        let before = diagnostics.count
        reach(template, folder, trail: [], &reached)
        return diagnostics.count == before ? reached : nil
    }

    /// The trail ends at depth 32 at the latest.
    private mutating func reach(
        _ template: Template, _ folder: String, trail: [String], _ reached: inout [String: Template]
    ) {
        for call in template.partials {
            let place = template.source.place(at: call.offset)
            if trail.contains(call.name) {
                let circle = (trail + [call.name]).joined(separator: " → ")
                add([Fault(.partialDepth, "the partial includes itself: \(circle)", at: place)], template.path)
                continue
            }
            guard trail.count < Renderer.maxDepth else {
                add([Fault(.partialDepth, "partials include each other deeper than 32", at: place)], template.path)
                continue
            }
            guard reached[call.name] == nil else { continue }
            guard let found = partial(call.name, folder) else {
                add([Fault(.partialMissing, missing(call.name, folder), at: place)], template.path)
                continue
            }
            reach(found, folder, trail: trail + [call.name], &reached)
            reached[call.name] = found
        }
    }

    /// Beside the prompt first, then in `partials/`.
    private func partial(_ name: String, _ folder: String) -> Template? {
        let path = Self.underscored(name)
        return partials[folder + path] ?? partials["partials/" + path]
    }

    private func missing(_ name: String, _ folder: String) -> String {
        let known = partials.keys.map { path in
            String(path.split(separator: "/").last?.dropFirst().dropLast(".prompt".count) ?? "")
        }
        return "there is no partial '\(name)': neither prompts/partials/\(Self.underscored(name)) nor"
            + " prompts/\(folder)\(Self.underscored(name))" + Suggestion.text(for: name, among: known)
    }

    /// `billing/footer` is `billing/_footer.prompt`.
    private static func underscored(_ name: String) -> String {
        var parts = name.split(separator: "/").map(String.init)
        let last = parts.popLast() ?? ""
        return (parts + ["_\(last).prompt"]).joined(separator: "/")
    }

    // MARK: Checks

    /// Returns the `@name`s that the template needs.
    private mutating func check(
        _ template: Template, _ matter: FrontMatter, _ partials: [String: Template]
    ) -> Set<String> {
        var check = ScopeCheck(
            file: .init(path: template.path, source: template.source), input: matter.input, media: matter.media,
            partials: partials)
        check.defaults = Set(matter.defaults.map(\.name))
        check.check(template.nodes)
        diagnostics += check.found
        for property in matter.input.properties where !check.used.contains(property.name) {
            let place = matter.variablePlaces[property.name] ?? .start
            add([Fault(.unused, "variable '\(property.name)' is declared and never read", at: place)], template.path)
        }
        return check.context
    }

    private mutating func readLabel(_ file: PromptSourceFile) {
        guard case .label(let name)? = PromptFileKind(path: file.path) else { return }
        attempt(file.path) { (compiler) throws(Fault) in
            let label = try PromptLabel(name: name, path: "prompts/" + file.path, bytes: file.bytes)
            compiler.labels.append(label)
            compiler.add(label.faults(against: compiler.prompts), label.path)
        }
    }

    // MARK: Faults

    private mutating func add(_ faults: [Fault], _ path: String) {
        diagnostics += faults.map { $0.diagnostic(in: path) }
    }

    private mutating func attempt(_ path: String, _ body: (inout PromptCompiler) throws(Fault) -> Void) {
        do throws(Fault) {
            try body(&self)
        } catch {
            add([error], "prompts/" + path)
        }
    }
}

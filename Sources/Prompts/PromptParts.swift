import JSON

/// What prompts refer to: partials, schemas and tools, each read once.
struct PromptParts: Sendable {
    /// By path below `prompts/`, like ``partials``.
    private(set) var bytes: [String: [UInt8]] = [:]
    private(set) var partials: [String: Template] = [:]
    /// By name, like ``tools``.
    private(set) var schemas: [String: JSONValue] = [:]
    private(set) var tools: [String: JSONValue] = [:]

    /// 64 hexadecimal digits: equal for parts of which prompts are made alike.
    var identity: String { BundleDigest.hex(of: bytes) }

    /// Takes a file in the place of the one before; a file that is no part is none of its business.
    ///
    /// After an error there is no such part.
    mutating func set(_ file: PromptSourceFile) throws(Fault) {
        remove(file.path)
        switch file.kind {
        case .partial: partials[file.path] = try Self.partial(file)
        case .schema(let name): schemas[name] = try Self.json(file, .schema)
        case .tool(let name): tools[name] = try Self.tool(try Self.json(file, .tool), name)
        case .misnamed(let reason): throw Fault(.fileName, reason, at: .start)
        case .prompt, .label, nil: return
        }
        bytes[file.path] = file.bytes
    }

    mutating func remove(_ path: String) {
        switch PromptFileKind(path: path) {
        case .partial: partials[path] = nil
        case .schema(let name): schemas[name] = nil
        case .tool(let name): tools[name] = nil
        case .prompt, .label, .misnamed, nil: return
        }
        bytes[path] = nil
    }

    private static func partial(_ file: PromptSourceFile) throws(Fault) -> Template {
        let parsed = try PromptFile(path: "prompts/" + file.path, bytes: file.bytes)
        guard parsed.bodyOffset == 0 else {
            throw Fault(.frontMatter, "a partial has no front matter; declare variables in the prompt", at: .start)
        }
        return try Template(parsed.source, path: parsed.path)
    }

    /// All that is wrong in a partial's template; empty for other files, and for what is wrong elsewhere.
    static func faults(inPartial file: PromptSourceFile) -> [Fault] {
        guard case .partial? = file.kind, let parsed = try? PromptFile(path: "prompts/" + file.path, bytes: file.bytes),
            parsed.bodyOffset == 0
        else { return [] }
        var faults: [Fault] = []
        _ = Template(parsed.source, path: parsed.path, faults: &faults)
        return faults
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
}

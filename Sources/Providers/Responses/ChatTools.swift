import Inference
import JSON

/// The tools of a chat completion and the choice between them, from those of a Responses request.
struct ChatTools {
    /// An array; nil without tools, since vendors refuse an empty one.
    private(set) var definitions: ArraySlice<UInt8>?
    private(set) var choice: ArraySlice<UInt8>?

    private struct Tool {
        var name: String?
        var json: [UInt8]
    }

    init(_ reader: RequestReader, _ client: ResponsesBridge.Client) throws(GatewayError) {
        var tools: [Tool] = []
        for tool in try reader.objects("tools") ?? [] { tools.append(try ChatTools.tool(tool, client)) }
        if let wanted = reader.member("tool_choice"), reader.document.kind(wanted) == .object {
            choice = try ChatTools.choice(reader, client, &tools)
        } else {
            choice = reader.raw("tool_choice")
            // Vendors refuse a choice between no tools, and these two choose nothing.
            if tools.isEmpty, ["auto", "none"].contains(try reader.string("tool_choice") ?? "") { choice = nil }
        }
        guard !tools.isEmpty else { return }
        var list = JSONWriter()
        list.beginArray()
        for tool in tools { list.raw(tool.json) }
        list.endArray()
        definitions = list.bytes[...]
    }
}

// MARK: Definitions

extension ChatTools {
    private static func tool(_ tool: RequestReader, _ client: ResponsesBridge.Client) throws(GatewayError) -> Tool {
        let type = try tool.string("type") ?? "function"
        if tool.member("input_schema") != nil, ["function", "custom"].contains(type) {  // Anthropic's form
            return try function(tool, schema: "input_schema")
        }
        switch type {
        case "function":
            if let nested = try tool.object("function") {  // the chat's own form
                return Tool(name: try nested.string("name"), json: copy(of: tool))
            }
            return try function(tool, schema: "parameters")
        case "custom":
            if let nested = try tool.object("custom"), client == .chat {
                return Tool(name: try nested.string("name"), json: copy(of: tool))
            }
            let json = client == .chat ? try nestedCustom(tool) : try CustomTool.function(tool)
            return Tool(name: try tool.string("name"), json: json)
        default:
            throw tool.unsupported("type", "a tool of type '\(type)', which a vendor runs,")
        }
    }

    private static func function(_ tool: RequestReader, schema: StaticString) throws(GatewayError) -> Tool {
        if try tool.bool("async") == true { throw tool.unsupported("async", "a call whose result comes later") }
        let json = try nested(tool, in: "function") { (output) throws(GatewayError) in
            output.copy("parameters", tool.raw(schema))
            output.copy("strict", tool.raw("strict"))
        }
        return Tool(name: try tool.string("name"), json: json)
    }

    /// A tool as chat completions have it: `{"type": T, T: {"name": …, "description": …, …}}`.
    static func nested(
        _ tool: RequestReader, in type: StaticString, _ members: (inout JSONWriter) throws(GatewayError) -> Void
    ) throws(GatewayError) -> [UInt8] {
        let name = try tool.rawString("name")
        var output = JSONWriter()
        output.beginObject()
        output.name("type")
        output.string(type)
        output.name(type)
        output.beginObject()
        output.copy("name", name)
        output.copy("description", tool.raw("description"))
        try members(&output)
        output.endObject()
        output.endObject()
        return output.bytes
    }

    private static func nestedCustom(_ tool: RequestReader) throws(GatewayError) -> [UInt8] {
        try nested(tool, in: "custom") { (output) throws(GatewayError) in
            guard let format = try tool.object("format") else { return }
            output.name("format")
            output.beginObject()
            output.copy("type", format.raw("type"))
            if try format.string("type") == "grammar" {
                output.name("grammar")
                output.beginObject()
                output.copy("definition", format.raw("definition"))
                output.copy("syntax", format.raw("syntax"))
                output.endObject()
            }
            output.endObject()
        }
    }

    private static func copy(of tool: RequestReader) -> [UInt8] {
        Array(tool.document.bytes[tool.document.range(tool.node)])
    }
}

// MARK: The choice

extension ChatTools {
    /// The choice that is an object. Of `allowed_tools` only the allowed ones remain, which every vendor understands.
    private static func choice(
        _ reader: RequestReader, _ client: ResponsesBridge.Client, _ tools: inout [Tool]
    ) throws(GatewayError) -> ArraySlice<UInt8>? {
        guard let choice = try reader.object("tool_choice") else { return nil }
        switch try choice.string("type") {
        case "function":
            return named(try name(of: choice), "function")
        case "custom":
            return named(try name(of: choice), client == .chat ? "custom" : "function")
        case "allowed_tools":
            let nested = try choice.object("allowed_tools")  // the chat's own form
            let allowed = nested ?? choice
            let mode = try allowed.string("mode") ?? "auto"
            guard ["auto", "required"].contains(mode) else { throw allowed.wrong("mode", "must be auto or required") }
            tools = try ChatTools.allowed(allowed, of: tools)
            return Array("\"\(mode)\"".utf8)[...]
        default:
            throw choice.unsupported("type", "a choice of something else than functions and custom tools")
        }
    }

    private static func allowed(_ allowed: RequestReader, of tools: [Tool]) throws(GatewayError) -> [Tool] {
        var names: Set<String> = []
        for entry in try allowed.objects("tools") ?? [] {
            guard let type = try entry.string("type"), ["function", "custom"].contains(type) else {
                throw entry.unsupported("type", "a tool that a vendor runs")
            }
            let name = try name(of: entry)
            guard tools.contains(where: { $0.name == name }) else {
                throw entry.wrong("name", "must be the name of one of the tools")
            }
            names.insert(name)
        }
        guard !names.isEmpty else { throw allowed.wrong("tools", "must name at least one tool") }
        return tools.filter { $0.name.map(names.contains) ?? false }
    }

    /// The name in the flat form, or in the chat's nested one.
    private static func name(of choice: RequestReader) throws(GatewayError) -> String {
        var named = choice
        if let function = try choice.object("function") { named = function }
        if let custom = try choice.object("custom") { named = custom }
        guard let name = try named.string("name") else { throw named.wrong("name", "is required: the name of a tool") }
        return name
    }

    private static func named(_ name: String, _ type: String) -> ArraySlice<UInt8> {
        var output = JSONWriter()
        output.beginObject()
        output.member("type", type)
        output.name(type)
        output.beginObject()
        output.member("name", name)
        output.endObject()
        output.endObject()
        return output.bytes[...]
    }
}

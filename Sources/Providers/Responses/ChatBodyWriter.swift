import Inference
import JSON

/// Writes the body of a chat completion from the members of a Responses request.
///
/// What is translated comes first; members that both APIs know by the same name, and unknown ones, follow byte for byte.
struct ChatBodyWriter {
    private let reader: RequestReader
    private let client: ResponsesBridge.Client
    private let limitMember: OpenAIRequest.LimitMember
    private let keepsReasoning: Bool
    private var output: JSONWriter
    /// Names of members that are written.
    private var written: Set<String> = []

    init(
        _ reader: RequestReader, _ client: ResponsesBridge.Client, _ limitMember: OpenAIRequest.LimitMember,
        keepsReasoning: Bool
    ) {
        self.reader = reader
        self.client = client
        self.limitMember = limitMember
        self.keepsReasoning = keepsReasoning
        output = JSONWriter(capacity: reader.document.bytes.count + 256)
    }

    /// Members that have no name in a chat completion: translated, or without an effect on the answer.
    ///
    /// `truncation: auto` is among them: what is too long is then refused by the upstream, and not shortened.
    private static let ownMembers: Set<String> = [
        "input", "instructions", "tools", "tool_choice", "parallel_tool_calls", "max_output_tokens", "reasoning",
        "text",
        "include", "top_logprobs", "store", "background", "truncation", "max_tool_calls", "image",
    ]

    mutating func body() throws(GatewayError) -> [UInt8] {
        try refuseWhatIsStored()
        try refuseOtherLimits()
        output.beginObject()
        try writeMessages()
        try writeTools()
        write(limitMember == .maxTokens ? "max_tokens" : "max_completion_tokens", reader.raw("max_output_tokens"))
        try writeReasoning()
        try writeText()
        try writeLogprobs()
        try copyTheRest()
        output.endObject()
        return output.bytes
    }

    private mutating func write(_ name: StaticString, _ value: ArraySlice<UInt8>?) {
        guard let value else { return }
        output.name(name)
        output.raw(value)
        written.insert("\(name)")
    }
}

// MARK: What cannot be said

extension ChatBodyWriter {
    private func refuseWhatIsStored() throws(GatewayError) {
        for name in ["previous_response_id", "conversation", "context_management", "access_programs"] as [StaticString]
        where reader.member(name) != nil {
            throw reader.unsupported(name, "what the Responses API keeps or grants at its vendor")
        }
        if try reader.bool("background") == true { throw reader.unsupported("background", "work in the background") }
        if let image = try reader.object("image"), try image.string("context_compression") == "enabled" {
            throw image.unsupported("context_compression", "the compression of images")
        }
    }

    /// The Responses API knows one limit alone. Whoever names two means one of them, and a vendor obeys either.
    private func refuseOtherLimits() throws(GatewayError) {
        guard client == .responses || reader.member("max_output_tokens") != nil else { return }
        for name in ["max_tokens", "max_completion_tokens"] as [StaticString] where reader.member(name) != nil {
            throw reader.wrong(name, "is no member of the Responses API; give the limit in max_output_tokens alone")
        }
    }

    /// Members of chat completions whose answer has no place in a Response.
    private func refuseOtherAnswers(_ name: String, _ value: JSONNode) throws(GatewayError) {
        guard client == .responses else { return }
        let isOneAnswer = name == "n" && reader.document.integer(value) == 1
        guard ["n", "audio", "modalities", "functions", "function_call"].contains(name), !isOneAnswer else { return }
        throw GatewayError(
            400, "unsupported_parameter",
            "\(name): it belongs to chat completions, and no Response can hold its answer;"
                + " leave it out, or call /v1/chat/completions", param: name)
    }
}

// MARK: Members

extension ChatBodyWriter {
    private mutating func writeMessages() throws(GatewayError) {
        var messages = ChatMessages(client, keepsReasoning: keepsReasoning)
        if reader.member("instructions") != nil { messages.addSystem(try reader.rawString("instructions")) }
        if let input = reader.member("input"), reader.document.kind(input) == .string {
            messages.addUser(try reader.rawString("input"))
        } else {
            for item in try items() { try messages.add(item) }
        }
        let bytes = messages.finished()
        guard !bytes.isEmpty else {
            guard reader.member("prompt") != nil else {
                throw reader.wrong("input", "is required: a text, or an array with at least one message")
            }
            return  // the messages are the prompt's
        }
        write("messages", bytes[...])
    }

    private func items() throws(GatewayError) -> [RequestReader] {
        if let input = reader.member("input"), reader.document.kind(input) != .array {
            throw reader.wrong("input", "must be a string or an array", input)
        }
        return try reader.objects("input") ?? []
    }

    private mutating func writeTools() throws(GatewayError) {
        let tools = try ChatTools(reader, client)
        write("tools", tools.definitions)
        write("tool_choice", tools.choice)
        // Vendors refuse it where there are no tools.
        if tools.definitions != nil { write("parallel_tool_calls", reader.raw("parallel_tool_calls")) }
    }

    private mutating func writeReasoning() throws(GatewayError) {
        guard let reasoning = try reader.object("reasoning") else { return }
        if let mode = try reasoning.string("mode"), mode != "standard" {
            throw reasoning.unsupported("mode", "another mode of reasoning than standard")
        }
        write("reasoning_effort", reasoning.raw("effort"))
    }

    private mutating func writeText() throws(GatewayError) {
        guard let text = try reader.object("text") else { return }
        write("verbosity", text.raw("verbosity"))
        guard let format = try text.object("format") else { return }
        switch try format.string("type") {
        case "text":
            break
        case "json_object":
            write("response_format", text.raw("format"))
        case "json_schema":
            write("response_format", try ChatBodyWriter.schemaFormat(format)[...])
        default:
            throw format.unsupported("type", "this format")
        }
    }

    private static func schemaFormat(_ format: RequestReader) throws(GatewayError) -> [UInt8] {
        var output = JSONWriter()
        output.beginObject()
        output.member("type", "json_schema")
        output.name("json_schema")
        output.beginObject()
        for name in ["name", "description", "schema", "strict"] as [StaticString] {
            output.copy(name, format.raw(name))
        }
        output.endObject()
        output.endObject()
        return output.bytes
    }

    /// Chat completions want both members, the Responses API takes either.
    private mutating func writeLogprobs() throws(GatewayError) {
        let include = reader.member("include").map { reader.document.elements(of: $0) }
        let wanted = include?.contains { reader.document.equals($0, "message.output_text.logprobs") } ?? false
        let top = try reader.integer("top_logprobs", 0...RequestReader.largestCount) ?? 0
        guard wanted || top > 0 else { return }
        write("logprobs", Array("true".utf8)[...])
        if top > 0 { write("top_logprobs", reader.raw("top_logprobs")) }
    }

    private mutating func copyTheRest() throws(GatewayError) {
        let document = reader.document
        for member in document.members(of: reader.node) where document.kind(member.value) != .null {
            let name = document.string(member.name) ?? ""
            guard !ChatBodyWriter.ownMembers.contains(name) else { continue }
            // Obfuscation of the upstream's events ends at the gateway.
            if name == "stream_options", client == .responses { continue }
            try refuseOtherAnswers(name, member.value)
            guard !written.contains(name) else {
                throw GatewayError(
                    400, "invalid_value",
                    "\(name) says again what another member says in the words of the Responses"
                        + " API; give one of them", param: name)
            }
            output.name(name)
            output.raw(document.bytes[document.range(member.value)])
        }
    }
}

extension JSONWriter {
    /// A member with a value that is JSON already; nothing for nil.
    mutating func copy(_ name: StaticString, _ value: ArraySlice<UInt8>?) {
        guard let value else { return }
        self.name(name)
        raw(value)
    }
}

import JSON

/// A function that a simulated model calls: the first that it is offered, or the one that `tool_choice` names.
struct SimulatedCall {
    let name: String
    let arguments: [UInt8]

    /// Returns nil when the model would rather write a text.
    ///
    /// It calls when `tool_choice` demands it, when the model is `sim-tools`, or when the question asks to
    /// "use the tool"; never right after a tool's result.
    init?(_ document: JSONDocument, _ conversation: SimulatedConversation, isEager: Bool) {
        guard let tools = document.member("tools", of: document.root), !conversation.endsWithToolResult else {
            return nil
        }
        let choice = document.member("tool_choice", of: document.root)
        func chooses(_ text: StaticString) -> Bool { choice.map { document.equals($0, text) } ?? false }
        guard !chooses("none") else { return nil }
        let wanted = choice.map { document.member("function", of: $0) ?? $0 }
            .flatMap { document.kind($0) == .object ? document.member("name", of: $0) : nil }.flatMap(document.string)
        let question = String(decoding: conversation.question, as: UTF8.self)
        guard isEager || wanted != nil || chooses("required") || question.lowercased().contains("use the tool") else {
            return nil
        }
        for tool in document.elements(of: tools) {
            let function = document.member("function", of: tool) ?? tool  // the Responses API has no inner object
            guard let name = document.member("name", of: function).flatMap(document.string),
                wanted == nil || wanted == name
            else { continue }
            self.name = name
            let schema = document.member("parameters", of: function).map(document.value) ?? .object([])
            arguments = SchemaInstance.make(schema, text: question).serialized()
            return
        }
        return nil
    }
}

/// A value that meets a JSON schema of the simple kind: types, properties, enumerations.
enum SchemaInstance {
    /// - Parameter text: what strings hold, cut to 40 characters.
    static func make(_ schema: JSONValue, text: String, depth: Int = 0) -> JSONValue {
        if let first = schema["enum"]?.arrayValue?.first { return first }
        if let constant = schema["const"] { return constant }
        let type = schema["type"]?.stringValue ?? schema["type"]?.arrayValue?.first?.stringValue
        switch type {
        case "string": return .string(String(text.prefix(40)))
        case "integer", "number": return .integer(schema["minimum"]?.integerValue ?? 1)
        case "boolean": return .bool(true)
        case "null": return .null
        case "array":
            guard depth < 8, let items = schema["items"] else { return .array([]) }
            return .array([make(items, text: text, depth: depth + 1)])
        default:
            let properties = schema["properties"]?.objectValue ?? []
            guard depth < 8 else { return .object([]) }
            return .object(properties.map { JSONMember($0.name, make($0.value, text: text, depth: depth + 1)) })
        }
    }
}

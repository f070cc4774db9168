import Inference
import JSON

/// The messages of a chat completion, from the items of a Responses request.
///
/// An assistant's text and the calls that follow it become one message, as do several calls in a row: a chat wants the results
/// of all of them right after it.
struct ChatMessages {
    private let client: ResponsesBridge.Client
    private var messages = JSONWriter(capacity: 4096)
    private var assistant: Assistant?
    private let keepsReasoning: Bool
    /// The reasoning before the next message of the assistant, as ``Assistant/reasoning`` is.
    private var reasoning: [UInt8] = []
    /// Pictures of the tools' outputs so far, which no message of a tool can have: they stand behind the results, since a chat
    /// wants all of those together.
    private var pictures = ChatContent()

    /// A message of the assistant that may still grow.
    private struct Assistant {
        var content = ChatContent()
        var calls = JSONWriter(capacity: 0)
        /// What the model thought before: the content of a JSON string, without quotes.
        var reasoning: [UInt8] = []
    }

    /// - Parameter keepsReasoning: whether a message with calls has the reasoning that led to them.
    init(_ client: ResponsesBridge.Client, keepsReasoning: Bool) {
        self.client = client
        self.keepsReasoning = keepsReasoning
    }

    /// - Parameter text: a JSON string.
    mutating func addSystem(_ text: ArraySlice<UInt8>) { add("system", ChatContent(text)) }

    /// - Parameter text: a JSON string.
    mutating func addUser(_ text: ArraySlice<UInt8>) { add("user", ChatContent(text)) }

    mutating func add(_ item: RequestReader) throws(GatewayError) {
        let type = try item.string("type") ?? (item.member("role") == nil ? "item_reference" : "message")
        if !["function_call_output", "custom_tool_call_output"].contains(type) { addPictures() }
        switch type {
        case "message":
            try addMessage(item)
        case "function_call", "custom_tool_call":
            try addCall(item)
        case "function_call_output", "custom_tool_call_output":
            try addOutput(item)
        case "reasoning":
            if keepsReasoning { try addReasoning(item) }  // elsewhere the model reasons afresh
        case "item_reference":
            throw item.unsupported("type", "a reference to an item that a vendor has stored")
        case let type:
            throw item.unsupported("type", "an item of type '\(type)'")
        }
    }

    /// All messages as an array; empty when there is none.
    mutating func finished() -> [UInt8] {
        flush()
        addPictures()
        return messages.bytes.isEmpty ? [] : [UInt8(ascii: "[")] + messages.bytes + [UInt8(ascii: "]")]
    }
}

// MARK: Items

extension ChatMessages {
    private mutating func addMessage(_ item: RequestReader) throws(GatewayError) {
        guard let role = try item.string("role"), ["user", "assistant", "system", "developer"].contains(role) else {
            throw item.wrong("role", "must be user, assistant, system or developer")
        }
        if item.member("tool_calls") != nil { throw item.unsupported("tool_calls", "a call within a message's item") }
        let content = try ChatContent(item, "content", isToolOutput: false)
        guard role == "assistant" else { return add(role, content) }
        if let before = assistant, before.calls.bytes.isEmpty { flush() }
        grow()
        assistant?.content.append(content)
    }

    /// The whole text where the item has it, else the summary.
    private mutating func addReasoning(_ item: RequestReader) throws(GatewayError) {
        for name in ["content", "summary"] as [StaticString] {
            guard let parts = try item.objects(name), !parts.isEmpty else { continue }
            for part in parts {
                ChatMessages.append(try part.rawString("text").dropFirst().dropLast(), to: &reasoning)
            }
            return
        }
    }

    /// Appends a paragraph to the content of a JSON string.
    private static func append(_ text: some Collection<UInt8>, to content: inout [UInt8]) {
        if !content.isEmpty, !text.isEmpty { content += #"\n\n"#.utf8 }
        content += text
    }

    private mutating func addCall(_ item: RequestReader) throws(GatewayError) {
        if item.member("namespace") != nil { throw item.unsupported("namespace", "a tool within a namespace") }
        let (id, name) = (try item.rawString("call_id"), try item.rawString("name"))
        let isCustom = try item.string("type") == "custom_tool_call"
        var call = JSONWriter()
        call.beginObject()
        call.copy("id", id)
        if isCustom, client == .chat {
            call.member("type", "custom")
            call.name("custom")
            call.beginObject()
            call.copy("name", name)
            call.copy("input", try item.rawString("input"))
        } else {
            call.member("type", "function")
            call.name("function")
            call.beginObject()
            call.copy("name", name)
            call.member("arguments", isCustom ? try CustomTool.arguments(of: item) : try arguments(of: item))
        }
        call.endObject()
        call.endObject()
        grow()
        assistant?.calls.raw(call.bytes)
    }

    /// Engines parse arguments, and an empty text is no JSON.
    private func arguments(of item: RequestReader) throws(GatewayError) -> String {
        guard let arguments = try item.string("arguments") else {
            throw item.wrong("arguments", "is required: a string")
        }
        return arguments.isEmpty ? "{}" : arguments
    }

    private mutating func addOutput(_ item: RequestReader) throws(GatewayError) {
        let id = try item.rawString("call_id")
        var content = try ChatContent(item, "output", isToolOutput: true)
        pictures.append(content.takePictures(of: id))
        flush()
        reasoning = []
        messages.beginObject()
        messages.member("role", "tool")
        messages.copy("tool_call_id", id)
        messages.name("content")
        content.write(to: &messages)
        messages.endObject()
    }
}

// MARK: Messages

extension ChatMessages {
    private mutating func add(_ role: String, _ content: ChatContent) {
        flush()
        reasoning = []
        messages.beginObject()
        messages.member("role", role)
        messages.name("content")
        content.write(to: &messages)
        messages.endObject()
    }

    private mutating func addPictures() {
        guard !pictures.isEmpty else { return }
        let content = pictures
        pictures = ChatContent()
        add("user", content)
    }

    /// Sees to it that there is a message of the assistant, with the reasoning that led to it.
    private mutating func grow() {
        var grown = assistant ?? Assistant()
        assistant = nil  // so that what it holds is not copied
        ChatMessages.append(reasoning, to: &grown.reasoning)
        reasoning = []
        assistant = grown
    }

    /// Writes the assistant's message that nothing can join any more.
    private mutating func flush() {
        guard let assistant else { return }
        self.assistant = nil
        let calls = assistant.calls.bytes
        messages.beginObject()
        messages.member("role", "assistant")
        messages.name("content")
        if assistant.content.isEmpty, !calls.isEmpty {
            messages.null()
        } else {
            assistant.content.write(to: &messages)
        }
        if !calls.isEmpty {
            if !assistant.reasoning.isEmpty {
                let quote = [UInt8(ascii: "\"")]
                messages.name("reasoning_content")
                messages.raw(quote + assistant.reasoning + quote)
            }
            messages.name("tool_calls")
            messages.raw([UInt8(ascii: "[")] + calls + [UInt8(ascii: "]")])
        }
        messages.endObject()
    }
}

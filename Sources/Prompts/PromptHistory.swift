package import Inference
package import JSON

/// The conversation so far, as the client sent it: each message's bytes go through unchanged.
package struct PromptHistory: Sendable {
    struct Message: Sendable {
        var role: String
        /// The message's JSON text.
        var json: ArraySlice<UInt8>
    }

    let messages: [Message]
    /// The request's member that they stand in.
    let member: String
    /// The client sent instructions of its own, which speak as the system does.
    private(set) var hasInstructions = false

    /// No conversation.
    package init() {
        self.init([], of: "messages")
    }

    private init(_ messages: [Message], of member: String) {
        self.messages = messages
        self.member = member
    }

    /// Reads the client's `messages`; nil and null are no conversation.
    ///
    /// Throws 400 `invalid_value` when it is no array of objects with a `role`.
    package init(messages node: JSONNode?, of document: JSONDocument) throws(GatewayError) {
        guard let node, document.kind(node) != .null else {
            self.init()
            return
        }
        guard document.kind(node) == .array else {
            throw GatewayError(400, "invalid_value", "'messages' is an array of messages", param: "messages")
        }
        var messages: [Message] = []
        for element in document.elements(of: node) {
            guard let role = document.member("role", of: element).flatMap({ document.string($0) }) else {
                throw GatewayError(
                    400, "invalid_value", "a message is an object with a 'role'",
                    param: "messages[\(messages.count)].role")
            }
            messages.append(Message(role: role, json: document.bytes[document.range(element)]))
        }
        self.init(messages, of: "messages")
    }

    /// Reads the client's `input` of the Responses API: a text of the user, or an array of items; nil and null are no
    /// conversation.
    ///
    /// An item without a `role` belongs to the assistant when it is a call or reasoning, and to a tool when it is a call's
    /// output. Throws 400 `invalid_value` for what is none of them.
    ///
    /// - Parameter hasInstructions: whether the request has a member `instructions`.
    package init(
        input node: JSONNode?, hasInstructions: Bool = false, of document: JSONDocument
    ) throws(GatewayError) {
        self = try PromptHistory.read(node, document)
        self.hasInstructions = hasInstructions
    }

    private static func read(_ node: JSONNode?, _ document: JSONDocument) throws(GatewayError) -> PromptHistory {
        guard let node, document.kind(node) != .null else {
            return PromptHistory([], of: "input")
        }
        if document.kind(node) == .string {
            var item = JSONWriter(capacity: document.range(node).count + 32)
            item.beginObject()
            item.member("role", "user")
            item.name("content")
            item.raw(document.bytes[document.range(node)])
            item.endObject()
            return PromptHistory([Message(role: "user", json: item.bytes[...])], of: "input")
        }
        var messages: [Message] = []
        for element in document.elements(of: node) {
            guard let role = role(of: element, document) else {
                throw GatewayError(
                    400, "invalid_value", "an item is a message with a 'role', or a call, its output, or reasoning",
                    param: "input[\(messages.count)]")
            }
            messages.append(Message(role: role, json: document.bytes[document.range(element)]))
        }
        return PromptHistory(messages, of: "input")
    }

    private static func role(of item: JSONNode, _ document: JSONDocument) -> String? {
        guard let type = document.member("type", of: item).flatMap(document.string), type != "message" else {
            return document.member("role", of: item).flatMap(document.string)
        }
        if type.hasSuffix("_output") { return "tool" }
        return type.hasSuffix("_call") || type == "reasoning" ? "assistant" : nil
    }
}

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

    /// No conversation.
    package init() {
        messages = []
    }

    /// Reads the client's `messages`; nil and null are no conversation.
    ///
    /// Throws 400 `invalid_value` when it is no array of objects with a `role`.
    package init(messages node: JSONNode?, of document: JSONDocument) throws(GatewayError) {
        guard let node, document.kind(node) != .null else {
            messages = []
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
        self.messages = messages
    }
}

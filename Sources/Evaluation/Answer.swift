package import Inference
package import JSON

/// What came back for one call: the text, and what the gateway said of it.
package struct Answer: Sendable, Equatable {
    package struct ToolCall: Sendable, Equatable {
        package var name: String
        /// JSON as the model wrote it, valid or not.
        package var arguments: String
    }

    package var text: String
    package var toolCalls: [ToolCall] = []
    /// What the model said in place of an answer, where its vendor has a member for that.
    package var refusal: String?
    package var finishReason: String?
    /// The vendor's own name of the model that answered.
    package var model: String?
    package var fingerprint: String?
    package var cost: Money?
    package var milliseconds = 0

    package init(text: String) {
        self.text = text
    }

    /// Reads a chat completion; nil when it is none.
    package init?(completion: JSONValue) {
        guard let choice = completion["choices"]?.arrayValue?.first, let message = choice["message"] else { return nil }
        text = message["content"]?.stringValue ?? ""
        refusal = message["refusal"]?.stringValue
        finishReason = choice["finish_reason"]?.stringValue
        model = completion["model"]?.stringValue
        fingerprint = completion["system_fingerprint"]?.stringValue
        toolCalls = (message["tool_calls"]?.arrayValue ?? []).compactMap { call in
            guard let function = call["function"], let name = function["name"]?.stringValue else { return nil }
            return ToolCall(name: name, arguments: function["arguments"]?.stringValue ?? "")
        }
    }

    /// How refusals usually begin, in lower case and with plain apostrophes.
    private static let refusals = [
        "i'm sorry, but i can", "i am sorry, but i can", "sorry, but i can", "i can't help with", "i cannot help with",
        "i can't assist", "i cannot assist", "i'm unable to", "i am unable to", "i won't be able to", "as an ai",
        "i cannot provide", "i can't provide", "i can't comply", "i cannot comply", "i must decline",
    ]

    /// Whether the model declined: by its vendor's own sign, or with words that refusals begin with.
    package var isRefusal: Bool {
        if refusal?.isEmpty == false || finishReason == "content_filter" { return true }
        let start = String(text.prefix(200)).lowercased().replacing("\u{2019}", with: "'")
        return Answer.refusals.contains { start.hasPrefix($0) }
    }
}

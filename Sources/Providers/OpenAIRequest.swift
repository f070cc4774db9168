package import Inference
package import JSON

/// What the gateway must know of a request in OpenAI's dialect; the document itself stays as it was sent.
package struct OpenAIRequest: Sendable {
    /// The raw value is the path behind a provider's base URL.
    package enum Endpoint: String, Sendable, Hashable, CaseIterable {
        case chatCompletions = "/chat/completions"
        case completions = "/completions"
        case embeddings = "/embeddings"
        case responses = "/responses"
    }

    /// The member that limits an answer's length; chat completions have two names for it.
    package enum LimitMember: String, Sendable, Hashable {
        case maxTokens = "max_tokens"
        case maxCompletionTokens = "max_completion_tokens"
        /// Of the Responses API.
        case maxOutputTokens = "max_output_tokens"
    }

    package let endpoint: Endpoint
    package let document: JSONDocument
    /// 1…256 bytes. Without a `model`, but with `prompt.id`, it is `prompt:id` or `prompt:id@version`.
    package let model: String
    package let isStream: Bool
    /// Whether the client asked for the usage event at a stream's end.
    package let includesUsage: Bool
    /// The most tokens of one choice; of two limits the larger, since which one a vendor obeys is not known.
    package let outputLimit: Int64?
    /// The members that hold a limit: none, one, or both.
    package let limitMembers: [LimitMember]
    /// How many answers the vendor bills: the larger of `n` and `best_of`, for each prompt of `/completions`.
    package let choices: Int64
    /// `safety_identifier`, else `user`.
    package let user: String?
    /// The gateway's own member on chat completions; on responses OpenAI's, which names a prompt of the gateway.
    package let prompt: PromptCall?
    /// The conversation: `messages` on chat completions, an array; `input` on responses, a text or an array of items.
    /// Empty or absent only in a call of a prompt.
    package let conversation: JSONNode?
    /// Messages or items of the conversation, and `instructions`: each may have markers of its own for the model.
    package let messageCount: Int
    /// Members beyond OpenAI's API, which a vendor may obey; mostly none.
    package let special: [SpecialMember]

    /// Reads a validated document.
    ///
    /// - Throws: 400 `invalid_value` with the `param` that is wrong.
    package init(_ document: JSONDocument, endpoint: Endpoint) throws(GatewayError) {
        let reader = try RequestReader(document)
        special = try RequestShapes.check(document, endpoint)
        self.document = document
        self.endpoint = endpoint
        prompt = endpoint.takesPrompts ? try reader.promptCall() : nil
        model = try reader.model(calling: prompt)
        let canStream = endpoint != .embeddings
        isStream = canStream ? try reader.bool("stream") ?? false : false
        includesUsage = canStream && endpoint != .responses ? try reader.includesUsage() : false
        (outputLimit, limitMembers) = try reader.outputLimit(endpoint)
        choices = try reader.choices(endpoint)
        let (identifier, user) = (try reader.string("safety_identifier"), try reader.string("user"))
        self.user = identifier ?? user
        let callsPrompt = model.hasPrefix("prompt:") || prompt?.id != nil
        switch endpoint {
        case .chatCompletions:
            conversation = try reader.messages(mayBeAbsent: callsPrompt)
            messageCount = conversation.map(document.count(of:)) ?? 0
        case .responses:
            try reader.requireWhole()
            conversation = try reader.input(mayBeAbsent: callsPrompt)
            messageCount = 2 + (conversation.map(document.count(of:)) ?? 0)
        case .completions:
            try reader.requireTexts("prompt")
            conversation = nil
            messageCount = 0
        case .embeddings:
            try reader.requireTexts("input")
            conversation = nil
            messageCount = 0
        }
    }

    /// The service tier that the client asks for; each may have a price of its own.
    package var serviceTier: String? { document.member("service_tier", of: document.root).flatMap(document.string) }

    /// Whether a shortened answer would be of no use: structured output, or calls of tools.
    package var isStructured: Bool {
        let calls = ["tools", "functions"].contains { document.member($0, of: document.root) != nil }
        let text = document.member("text", of: document.root)
        guard
            let format = document.member("response_format", of: document.root)
                ?? text.flatMap({ document.member("format", of: $0) })
        else { return calls }
        return calls || document.member("type", of: format).flatMap(document.string) != "text"
    }

    /// The most input tokens that this body can be.
    package var inputBound: InputBound { document.inputBound(messages: messageCount) }

    /// The members that the client sent, in order.
    package var memberNames: [String] {
        document.members(of: document.root).compactMap { document.string($0.name) }
    }

    /// Returns this request with a rendered prompt: the conversation and each of `parameters` set, `prompt` removed.
    ///
    /// - Parameter messages: a JSON array of messages or, on responses, of items.
    package func rendered(messages: [UInt8], parameters: [JSONMember] = []) throws(GatewayError) -> OpenAIRequest {
        var body = JSONWriter(capacity: document.bytes.count + messages.count)
        body.beginObject()
        body.member("model", model)
        for member in document.members(of: document.root) {
            let name = document.string(member.name) ?? ""
            let isReplaced =
                ["model", "prompt"].contains(name) || name == endpoint.conversationMember
                || parameters.contains { $0.name == name }
            guard !isReplaced else { continue }
            body.name(name)
            body.raw(document.bytes[document.range(member.value)])
        }
        body.name(endpoint.conversationMember)
        body.raw(messages)
        for parameter in parameters {
            body.name(parameter.name)
            body.value(parameter.value)
        }
        body.endObject()
        return try OpenAIRequest(OpenAIRequest.document(body.bytes), endpoint: endpoint)
    }
}

extension OpenAIRequest {
    private static func document(_ bytes: [UInt8]) throws(GatewayError) -> JSONDocument {
        do {
            return try JSONDocument(bytes, limits: .rewritten)
        } catch {
            throw GatewayError(400, "invalid_value", "the rendered prompt is no valid body: \(error)", param: "prompt")
        }
    }
}

extension OpenAIRequest.Endpoint {
    /// Whether prompts of the gateway can be called here.
    package var takesPrompts: Bool { self == .chatCompletions || self == .responses }

    /// The members that may limit an answer's length.
    var limitMembers: [OpenAIRequest.LimitMember] {
        switch self {
        case .chatCompletions: [.maxTokens, .maxCompletionTokens]
        case .completions: [.maxTokens]
        case .embeddings: []
        case .responses: [.maxOutputTokens]
        }
    }

    fileprivate var conversationMember: String { self == .responses ? "input" : "messages" }
}

/// The member `prompt: {id, version, variables}`.
package struct PromptCall: Sendable, Hashable {
    /// A prompt's name or selector, such as `support-reply@production`.
    package var id: String?
    /// A version, label or digest.
    package var version: String?
    /// An object.
    package var variables: JSONNode?
}

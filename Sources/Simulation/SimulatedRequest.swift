import JSON

/// What a simulated model reads of a request.
struct SimulatedRequest {
    /// The APIs in which a text is asked for; the raw value is the path.
    enum API: String {
        case chat = "/chat/completions"
        case completions = "/completions"
        case responses = "/responses"
    }

    let model: SimulatedModel
    let api: API
    let isStream: Bool
    let includesUsage: Bool
    /// Output tokens of one choice.
    let limit: Int?
    /// How many choices.
    let count: Int
    let stops: [[UInt8]]
    /// The text of the last message of the user, or the prompt.
    let question: [UInt8]
    let inputTokens: Int
    /// The function that is called instead of writing a text.
    let call: SimulatedCall?
    /// The schema that the text must meet.
    let schema: JSONValue?

    /// - Throws: a message for a 400.
    init(_ document: JSONDocument, model: SimulatedModel, api: API) throws(SimulatedRefusal) {
        func member(_ name: StaticString) -> JSONNode? { document.member(name, of: document.root) }
        func integer(_ name: StaticString) -> Int? {
            member(name).flatMap(document.integer).flatMap { (0...1_000_000_000).contains($0) ? Int($0) : nil }
        }
        self.model = model
        self.api = api
        isStream = member("stream").flatMap(document.bool) ?? false
        let options = member("stream_options")
        includesUsage = options.flatMap { document.member("include_usage", of: $0) }.flatMap(document.bool) ?? false
        limit = integer("max_output_tokens") ?? integer("max_completion_tokens") ?? integer("max_tokens")
        count = min(128, max(1, integer("n") ?? 1))
        stops = SimulatedRequest.texts(member("stop"), document).filter { !$0.isEmpty }
        guard api != .completions else {
            let prompts = SimulatedRequest.texts(member("prompt"), document)
            question = prompts.first ?? []
            inputTokens = prompts.reduce(0) { $0 + SimulatedRequest.tokens($1.count) }
            (call, schema) = (nil, nil)
            return
        }
        let conversation = try SimulatedConversation(document, api)
        question = conversation.question
        inputTokens =
            conversation.tokens + SimulatedRequest.tokens(member("tools").map { document.range($0).count } ?? 0)
        call = SimulatedCall(document, conversation, isEager: model.behaviour == .tools)
        let format = member("text").flatMap { document.member("format", of: $0) } ?? member("response_format")
        schema = SimulatedRequest.schema(format, document)
    }

    /// A token for each four bytes, begun ones included: never more than bytes.
    static func tokens(_ bytes: Int) -> Int { (bytes + 3) / 4 }

    private static func texts(_ node: JSONNode?, _ document: JSONDocument) -> [[UInt8]] {
        guard let node else { return [] }
        if let text = document.string(node) { return [Array(text.utf8)] }
        return document.elements(of: node).compactMap { document.string($0).map { Array($0.utf8) } }
    }

    private static func schema(_ format: JSONNode?, _ document: JSONDocument) -> JSONValue? {
        guard let format, let type = document.member("type", of: format) else { return nil }
        if document.equals(type, "json_object") { return .object([]) }
        guard document.equals(type, "json_schema") else { return nil }
        let holder = document.member("json_schema", of: format) ?? format
        return document.member("schema", of: holder).map(document.value) ?? .object([])
    }
}

/// A request that OpenAI would answer with 400.
struct SimulatedRefusal: Error {
    var message: String
    var param: String?
    var code = "invalid_value"
}

/// The messages of a chat, as far as a simulated model cares.
struct SimulatedConversation {
    private(set) var question: [UInt8] = []
    private(set) var tokens = 3
    /// Whether the last message is the result of a tool.
    private(set) var endsWithToolResult = false

    /// Reads `messages`, or `input` and `instructions`.
    init(_ document: JSONDocument, _ api: SimulatedRequest.API) throws(SimulatedRefusal) {
        let isChat = api == .chat
        let node = document.member(isChat ? "messages" : "input", of: document.root)
        if !isChat {
            count(SimulatedConversation.text(document.member("instructions", of: document.root), document))
        }
        if !isChat, let node, let text = document.string(node) {
            question = Array(text.utf8)
            count(question)
            return
        }
        guard let node, document.kind(node) == .array else {
            let name = isChat ? "messages" : "input"
            throw SimulatedRefusal(message: "\(name): an array is required", param: name)
        }
        for message in document.elements(of: node) { add(message, document) }
    }

    private mutating func add(_ message: JSONNode, _ document: JSONDocument) {
        func says(_ name: StaticString, _ text: StaticString) -> Bool {
            document.member(name, of: message).map { document.equals($0, text) } ?? false
        }
        let text = SimulatedConversation.text(document.member("content", of: message), document)
        count(text)
        count(SimulatedConversation.text(document.member("output", of: message), document), markers: 0)
        if says("role", "user") { question = text }
        endsWithToolResult = says("role", "tool") || says("type", "function_call_output")
    }

    private mutating func count(_ text: [UInt8], markers: Int = 4) {
        tokens += markers + SimulatedRequest.tokens(text.count)
    }

    private static func text(_ content: JSONNode?, _ document: JSONDocument) -> [UInt8] {
        guard let content else { return [] }
        if let text = document.string(content) { return Array(text.utf8) }
        guard document.kind(content) == .array else { return [] }
        return document.elements(of: content).flatMap { part in
            document.member("text", of: part).flatMap(document.string).map { Array($0.utf8) } ?? []
        }
    }
}

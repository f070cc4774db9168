import Inference
import JSON

/// Reads members of a request's body; what has a wrong type or range is refused by name.
///
/// A member that is `null` counts as absent, as it does for the vendors.
struct RequestReader {
    let document: JSONDocument
    let path: String
    let node: JSONNode

    init(_ document: JSONDocument) throws(GatewayError) {
        guard document.kind(document.root) == .object else {
            throw GatewayError(
                400, "invalid_value", "the body must be a JSON object, not \(document.kind(document.root))")
        }
        self.init(document, node: document.root, path: "")
    }

    /// - Parameter path: what stands before a member's name in messages, such as `input[3].`.
    init(_ document: JSONDocument, node: JSONNode, path: String) {
        self.document = document
        self.node = node
        self.path = path
    }

    func member(_ name: StaticString) -> JSONNode? {
        document.member(name, of: node).flatMap { document.kind($0) == .null ? nil : $0 }
    }

    func string(_ name: StaticString) throws(GatewayError) -> String? {
        guard let member = member(name) else { return nil }
        guard let text = document.string(member) else { throw wrong(name, "must be a string", member) }
        return text
    }

    func bool(_ name: StaticString) throws(GatewayError) -> Bool? {
        guard let member = member(name) else { return nil }
        guard let value = document.bool(member) else { throw wrong(name, "must be true or false", member) }
        return value
    }

    func integer(_ name: StaticString, _ range: ClosedRange<Int64>) throws(GatewayError) -> Int64? {
        guard let member = member(name) else { return nil }
        guard let value = document.integer(member), range.contains(value) else {
            let allowed = "must be an integer from \(range.lowerBound) to \(range.upperBound)"
            throw wrong(name, allowed, member)
        }
        return value
    }

    func object(_ name: StaticString) throws(GatewayError) -> RequestReader? {
        guard let member = member(name) else { return nil }
        guard document.kind(member) == .object else { throw wrong(name, "must be an object", member) }
        return RequestReader(document, node: member, path: "\(path)\(name).")
    }

    /// The refusal of a member: what it must be, and the kind that it is.
    func wrong(_ name: StaticString, _ rule: String, _ member: JSONNode? = nil) -> GatewayError {
        let found = member.map { ", not \(describe($0))" } ?? ""
        return GatewayError(400, "invalid_value", "\(path)\(name) \(rule)\(found)", param: "\(path)\(name)")
    }

    /// A value's kind in words, or a number's text.
    func describe(_ node: JSONNode) -> String {
        switch document.kind(node) {
        case .number: String(decoding: document.bytes[document.range(node)].prefix(24), as: UTF8.self)
        case .object: "an object"
        case .array: "an array"
        case .string: "a string"
        case .true, .false: "a boolean"
        case .null: "null"
        }
    }
}

// MARK: What the gateway reads

extension RequestReader {
    /// The most that a count from outside may be: far above any model, far below an overflow.
    static let largestCount: Int64 = 1_000_000_000

    func model(calling prompt: PromptCall?) throws(GatewayError) -> String {
        let called = prompt?.id.map { "prompt:\($0)\(prompt?.version.map { "@\($0)" } ?? "")" }
        guard let name = try string("model") ?? called else {
            throw wrong("model", "is required: the name of a model, such as chat-default")
        }
        guard (1...256).contains(name.utf8.count) else { throw wrong("model", "must have 1 to 256 bytes") }
        if let called, name.hasPrefix("prompt:"), name != called {
            let message = "prompt.id names '\(called)', and model '\(name)': give one of them, or the same"
            throw GatewayError(400, "invalid_value", message, param: "prompt.id")
        }
        return name
    }

    func includesUsage() throws(GatewayError) -> Bool {
        try object("stream_options")?.bool("include_usage") ?? false
    }

    func outputLimit(
        _ endpoint: OpenAIRequest.Endpoint
    ) throws(GatewayError) -> (Int64?, [OpenAIRequest.LimitMember]) {
        // Some vendors take 0 for no limit. A completion that echoes its prompt alone is the one use of it.
        let least: Int64 = endpoint == .completions && member("echo").flatMap(document.bool) == true ? 0 : 1
        var (largest, isUnlimited, sent) = (Int64?.none, false, [OpenAIRequest.LimitMember]())
        for limit in endpoint.limitMembers {
            guard let value = member(limit.name) else { continue }
            sent.append(limit)
            if document.integer(value) == -1 {
                isUnlimited = true  // what engines take for no limit is none
            } else if let tokens = try integer(limit.name, least...RequestReader.largestCount) {
                largest = max(largest ?? 0, tokens)
            }
        }
        return (isUnlimited ? nil : largest, sent)
    }

    func choices(_ endpoint: OpenAIRequest.Endpoint) throws(GatewayError) -> Int64 {
        guard endpoint == .chatCompletions || endpoint == .completions else { return 1 }
        let number = try integer("n", 1...128) ?? 1
        guard endpoint == .completions else { return number }
        let answers = max(number, try integer("best_of", 1...128) ?? 1)
        return answers * Int64(max(1, promptCount()))
    }

    /// Refuses what is no text, no list of tokens, and no list of either.
    func requireTexts(_ name: StaticString) throws(GatewayError) {
        guard let value = member(name), document.kind(value) != .string else { return }
        let rule = "must be a string, an array of strings, or an array of token numbers"
        guard document.kind(value) == .array else { throw wrong(name, rule, value) }
        func refuse(_ element: JSONNode, _ place: String) -> GatewayError {
            let message =
                "\(place) must be a string or a token's number, not \(describe(element)); \(path)\(name) \(rule)"
            return GatewayError(400, "invalid_value", message, param: place)
        }
        var first: JSONKind?
        for (index, element) in document.elements(of: value).enumerated() {
            let kind = document.kind(element)
            guard kind == first ?? kind, kind == .string || kind == .array || isToken(element) else {
                throw refuse(element, "\(path)\(name)[\(index)]")
            }
            first = kind
            guard kind == .array else { continue }
            for (inner, token) in document.elements(of: element).enumerated() where !isToken(token) {
                throw refuse(token, "\(path)\(name)[\(index)][\(inner)]")
            }
        }
    }

    private func isToken(_ node: JSONNode) -> Bool { document.integer(node).map { $0 >= 0 } ?? false }

    /// How many prompts `/completions` was sent: one text, one list of tokens, or a list of either.
    private func promptCount() -> Int {
        guard let prompt = member("prompt"), document.kind(prompt) == .array else { return 1 }
        for first in document.elements(of: prompt) where document.kind(first) == .number { return 1 }
        return document.count(of: prompt)
    }

    func messages(mayBeAbsent: Bool) throws(GatewayError) -> JSONNode? {
        guard let messages = member("messages") else {
            guard mayBeAbsent else { throw wrong("messages", "is required: an array of messages") }
            return nil
        }
        guard document.kind(messages) == .array else { throw wrong("messages", "must be an array", messages) }
        for (index, message) in document.elements(of: messages).enumerated() where document.kind(message) != .object {
            let place = "messages[\(index)]"
            throw GatewayError(
                400, "invalid_value", "\(place) must be an object, not \(describe(message))", param: place)
        }
        guard mayBeAbsent || document.count(of: messages) > 0 else {
            throw wrong("messages", "must have at least one message")
        }
        return messages
    }

    func promptCall() throws(GatewayError) -> PromptCall? {
        guard let prompt = try object("prompt") else {
            guard member("prompt_id") == nil else { throw misnamed("prompt_id") }
            return nil
        }
        guard prompt.member("prompt_id") == nil else { throw prompt.misnamed("prompt_id") }
        try prompt.refuseUnknownMembers(of: ["id", "version", "variables"])
        let call = PromptCall(
            id: try prompt.string("id"), version: try prompt.string("version"),
            variables: try prompt.object("variables")?.node)
        guard call.version == nil || call.id != nil else {
            throw prompt.wrong(
                "version", "needs prompt.id beside it; with a model 'prompt:NAME' write 'prompt:NAME@VERSION'")
        }
        return call
    }

    /// A misspelt member would do nothing, and another version might answer.
    private func refuseUnknownMembers(of known: [String]) throws(GatewayError) {
        for member in document.members(of: node) {
            let name = String((document.string(member.name) ?? "").prefix(64))
            guard !known.contains(name) else { continue }
            throw GatewayError(
                400, "invalid_value", "\(path)\(name) is no member; prompt takes \(known.joined(separator: ", "))",
                param: "\(path)\(name)")
        }
    }

    private func misnamed(_ name: StaticString) -> GatewayError {
        wrong(name, "is not a member: name the prompt in prompt.id, as in {\"prompt\": {\"id\": \"support-reply\"}}")
    }
}

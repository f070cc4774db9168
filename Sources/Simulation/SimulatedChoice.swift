import JSON

/// One answer of a model: a text or a call, and why it ended.
struct SimulatedChoice {
    private(set) var text: SimulatedText
    let call: String?
    private(set) var finishReason: StaticString
    /// Reasoning included.
    let outputTokens: Int
    let reasoningTokens: Int
    /// The limit of tokens ended it.
    let wasCut: Bool

    init(_ request: SimulatedRequest, index: Int) {
        let seed = stableHash(request.question, seed: stableHash(request.model.name.utf8) &+ UInt64(index))
        if let call = request.call {
            text = SimulatedText(call.arguments)
            finishReason = "tool_calls"
        } else if let schema = request.schema {
            let question = String(decoding: request.question, as: UTF8.self)
            text = SimulatedText(SchemaInstance.make(schema, text: question).serialized())
            finishReason = "stop"
        } else {
            let length = request.model.pace.bytes ?? (request.model.behaviour == .large ? 400 : nil)
            text = SimulatedText(answering: request.question, seed: seed, length: length)
            text.cut(before: request.stops)
            finishReason = "stop"
        }
        call = request.call?.name
        let limit = request.limit ?? .max
        reasoningTokens = min(request.model.pace.reasoning, limit)
        wasCut = text.cut(toTokens: limit - reasoningTokens)
        if wasCut { finishReason = "length" }
        outputTokens = reasoningTokens + text.ends.count
    }
}

/// What a request is billed for.
struct SimulatedUsage {
    let input: Int
    let cached: Int
    let output: Int
    let reasoning: Int

    init(_ request: SimulatedRequest, _ choices: [SimulatedChoice]) {
        input = request.inputTokens
        cached = min(request.model.pace.cached, input)
        output = choices.reduce(0) { $0 + $1.outputTokens }
        reasoning = choices.reduce(0) { $0 + $1.reasoningTokens }
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("prompt_tokens", input)
        writer.member("completion_tokens", output)
        writer.member("total_tokens", input + output)
        writer.name("prompt_tokens_details")
        writer.beginObject()
        writer.member("cached_tokens", cached)
        writer.endObject()
        writer.name("completion_tokens_details")
        writer.beginObject()
        writer.member("reasoning_tokens", reasoning)
        writer.endObject()
        writer.endObject()
    }
}

/// Where an upstream that speaks OpenAI's dialect differs from OpenAI.
package struct OpenAIQuirks: Sendable, Hashable {
    /// The member in which the gateway sends a limit of its own on chat completions.
    package var limitMember: OpenAIRequest.LimitMember
    /// Whether the upstream knows `limitMember` alone, so that a client's other member is renamed.
    ///
    /// A limit that the upstream ignores would break the bound of a hold.
    package var renamesLimit: Bool
    /// Whether the upstream knows `stream_options`; if not, it is removed.
    package var streamOptions: Bool
    /// Whose figures its `usage` holds.
    package var usage: UsageDialect
    /// Whether the upstream speaks the Responses API; if not, such requests become chat completions.
    package var responses: Bool

    /// Whether the upstream wants the reasoning that led to a call back with it, as `reasoning_content`.
    ///
    /// DeepSeek does in its thinking mode, and refuses a conversation without it.
    package var wantsReasoning: Bool { usage == .deepseek }

    package init(
        limitMember: OpenAIRequest.LimitMember = .maxTokens, renamesLimit: Bool = false, streamOptions: Bool = true,
        usage: UsageDialect = .compatible, responses: Bool = true
    ) {
        self.limitMember = limitMember
        self.renamesLimit = renamesLimit
        self.streamOptions = streamOptions
        self.usage = usage
        self.responses = responses
    }

    /// Returns what is known of a base URL's host: the value of `max_tokens_member: auto`.
    ///
    /// OpenAI and Azure take `max_completion_tokens`; every other engine understands `max_tokens`. Mistral, xAI,
    /// Together, DeepSeek and Ollama know only the latter. Mistral refuses `stream_options` and sends usage anyway. Mistral,
    /// DeepSeek, Together, Cohere, Perplexity and Google do not speak the Responses API.
    package static func known(host: String, port: Int? = nil) -> OpenAIQuirks {
        func isIn(_ domain: String) -> Bool { host == domain || host.hasSuffix(".\(domain)") }
        if isIn("api.openai.com") || isIn("openai.azure.com") {
            return OpenAIQuirks(limitMember: .maxCompletionTokens, usage: .openai)
        }
        if isIn("mistral.ai") {
            return OpenAIQuirks(renamesLimit: true, streamOptions: false, usage: .mistral, responses: false)
        }
        let knowsOneLimit =
            ["x.ai", "together.xyz", "together.ai", "deepseek.com"].contains(where: isIn) || port == 11434
        let dialects: [(domain: String, usage: UsageDialect)] = [
            ("x.ai", .xai), ("deepseek.com", .deepseek), ("groq.com", .groq), ("openrouter.ai", .openrouter),
        ]
        let usage = dialects.first { isIn($0.domain) }?.usage ?? .compatible
        let onlyChats = ["together.xyz", "together.ai", "deepseek.com", "cohere.ai", "cohere.com", "perplexity.ai"]
        return OpenAIQuirks(
            renamesLimit: knowsOneLimit, usage: usage,
            responses: !(onlyChats + ["googleapis.com"]).contains(where: isIn))
    }
}

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
    /// Whether the upstream knows the role `developer`; if not, it is told `system`, which means the same.
    package var developerRole: Bool
    /// Service tiers that the upstream may choose by itself, where a request names none or `auto`; each may have a price
    /// of its own. Nil: nobody knows, so any.
    package var ownTiers: Set<String>?

    /// Whether the upstream wants the reasoning that led to a call back with it, as `reasoning_content`.
    ///
    /// DeepSeek does in its thinking mode, and refuses a conversation without it.
    package var wantsReasoning: Bool { usage == .deepseek }

    package init(
        limitMember: OpenAIRequest.LimitMember = .maxTokens, renamesLimit: Bool = false, streamOptions: Bool = true,
        usage: UsageDialect = .compatible, responses: Bool = true, developerRole: Bool = false,
        ownTiers: Set<String>? = nil
    ) {
        self.limitMember = limitMember
        self.renamesLimit = renamesLimit
        self.streamOptions = streamOptions
        self.usage = usage
        self.responses = responses
        self.developerRole = developerRole
        self.ownTiers = ownTiers
    }
}

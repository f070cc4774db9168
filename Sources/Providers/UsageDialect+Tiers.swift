extension UsageDialect {
    /// The service tiers beside the standard one that the vendor may choose by itself, when a request names none or
    /// `auto`; nil: nobody knows, so any.
    ///
    /// OpenAI takes what the project is set to. Mistral and DeepSeek have one tier, and xAI has others on demand alone.
    package var automaticTiers: Set<String>? {
        switch self {
        case .openai: ["flex", "priority", "scale"]
        case .groq: ["flex", "performance"]
        case .mistral, .deepseek, .xai: []
        case .openrouter, .compatible: nil
        }
    }
}

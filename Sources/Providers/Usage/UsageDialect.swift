/// Whose figures stand in the `usage` object of an upstream that speaks OpenAI's chat dialect.
package enum UsageDialect: String, Sendable, Hashable, CaseIterable {
    /// OpenAI and Azure.
    case openai
    case mistral, groq, deepseek, xai
    case openrouter
    /// vLLM, Ollama, llama.cpp, TGI, NIM, watsonx, Together and others that report as OpenAI does.
    case compatible
}

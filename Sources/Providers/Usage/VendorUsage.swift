package import JSON

/// The forms in which vendors report usage.
package enum VendorUsage: Sendable, Hashable {
    case chat(UsageDialect)
    /// OpenAI's Responses API.
    case responses
    /// Anthropic's Messages API, also as Vertex, Foundry and Mantle serve it.
    case anthropic
    /// Amazon Bedrock's Converse API.
    case converse
    /// Google's Gemini API and Vertex AI.
    case gemini
    case cohere
    /// Amazon's Titan embeddings: the answer itself holds the figure.
    case titan

    /// Returns what the usage objects of one answer come to, in the order in which they came.
    package func read(_ objects: [JSONDocument]) -> BilledUsage? {
        var reader = reader
        for object in objects { reader.update(object.root, of: object) }
        return reader.billed
    }

    private var reader: any UsageReader {
        switch self {
        case .chat: OpenAIUsage()
        case .responses: OpenAIUsage()
        case .anthropic: AnthropicUsage()
        case .converse: ConverseUsage()
        case .gemini: GeminiUsage()
        case .cohere: CohereUsage()
        case .titan: TitanUsage()
        }
    }
}

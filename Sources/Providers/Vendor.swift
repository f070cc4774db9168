/// Who stands behind a provider that speaks OpenAI's API: the value of `vendor:`.
package enum Vendor: String, Sendable, Hashable, CaseIterable {
    case openai, azure, mistral, groq, deepseek, xai, openrouter, together, fireworks, perplexity, cohere, google, qwen
    case nim, dell, hpe
    case watsonxGateway = "watsonx_gateway"
    case ollama, vllm
    case llamaCpp = "llama_cpp"
    case tgi
    case lmStudio = "lm_studio"
    /// Whatever has no row of its own.
    case compatible
}

extension Vendor {
    /// What differs from OpenAI at this vendor.
    ///
    /// OpenAI and Azure take `max_completion_tokens`; every other engine understands `max_tokens`, and some know only
    /// that. Mistral refuses `stream_options` and sends usage anyway.
    package var quirks: OpenAIQuirks {
        switch self {
        case .openai, .azure:
            OpenAIQuirks(
                limitMember: .maxCompletionTokens, usage: .openai, developerRole: true,
                ownTiers: ["flex", "scale", "priority"])
        case .mistral:
            OpenAIQuirks(renamesLimit: true, streamOptions: false, usage: .mistral, responses: false, ownTiers: [])
        case .groq: OpenAIQuirks(usage: .groq, developerRole: true, ownTiers: ["flex", "performance"])
        case .deepseek: OpenAIQuirks(renamesLimit: true, usage: .deepseek, responses: false, ownTiers: [])
        case .xai: OpenAIQuirks(renamesLimit: true, usage: .xai, developerRole: true, ownTiers: [])
        case .openrouter: OpenAIQuirks(usage: .openrouter, developerRole: true)
        case .together: OpenAIQuirks(renamesLimit: true, responses: false)
        case .perplexity, .cohere, .google: OpenAIQuirks(responses: false)
        case .ollama: OpenAIQuirks(renamesLimit: true)
        case .fireworks, .qwen, .nim, .dell, .hpe, .watsonxGateway, .vllm, .llamaCpp, .tgi, .lmStudio, .compatible:
            OpenAIQuirks()
        }
    }

    /// Whether the API begins right behind the host.
    package var isAtRoot: Bool { self == .deepseek || self == .perplexity }

    /// Domains that are a vendor's, and its subdomains with them.
    private static let domains: [(domain: String, vendor: Vendor)] = [
        ("api.openai.com", .openai), ("openai.azure.com", .azure), ("services.ai.azure.com", .azure),
        ("mistral.ai", .mistral), ("groq.com", .groq), ("deepseek.com", .deepseek), ("x.ai", .xai),
        ("openrouter.ai", .openrouter), ("together.xyz", .together), ("together.ai", .together),
        ("fireworks.ai", .fireworks), ("perplexity.ai", .perplexity), ("cohere.ai", .cohere),
        ("cohere.com", .cohere), ("googleapis.com", .google), ("dashscope.aliyuncs.com", .qwen),
        ("dashscope-intl.aliyuncs.com", .qwen), ("dashscope-us.aliyuncs.com", .qwen), ("api.nvidia.com", .nim),
        ("ollama.com", .ollama), ("endpoints.huggingface.cloud", .tgi),
    ]

    /// Engines that are run under their own name, as containers mostly are.
    private static let engines: [Vendor] = [.ollama, .vllm, .llamaCpp, .tgi, .lmStudio, .nim]

    /// Returns who a base URL's host and port most likely are; ``compatible`` when they say nothing.
    package static func guessed(host: String, port: Int? = nil) -> Vendor {
        if let known = domains.first(where: { host == $0.domain || host.hasSuffix(".\($0.domain)") }) {
            return known.vendor
        }
        let name = String(host.prefix { $0 != "." }.map { $0 == "-" ? "_" : $0 })
        if let engine = engines.first(where: { $0.rawValue == name }) { return engine }
        switch port {
        case 11434: return .ollama
        case 1234: return .lmStudio
        default: return .compatible
        }
    }
}

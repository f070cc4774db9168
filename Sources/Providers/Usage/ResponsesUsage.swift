import Inference
import JSON

/// The figures of OpenAI's Responses API: totals, with written tokens split by lifetime.
///
/// `tool_usage`, which stands beside `usage` in the answer, may be given as a further object.
struct ResponsesUsage: UsageReader {
    private var input: Int64?
    private var output: Int64?
    private var total: Int64?
    private var cached: Int64?
    private var written: Int64?
    private var written12h: Int64?
    private var audioInput: Int64?
    private var imageInput: Int64?
    private var reasoning: Int64?
    private var searches: Int64?
    private var sources: Int64?
    private var vendorCost: Int64?
    private let dialect: UsageDialect

    /// Whether the vendor has said how many searches there were; none is a number, too.
    var countsSearches: Bool { searches != nil }

    /// - Parameter dialect: OpenRouter reports what the call cost, which is then the charge.
    init(_ dialect: UsageDialect = .compatible) {
        self.dialect = dialect
    }

    mutating func update(_ usage: JSONNode, of document: JSONDocument) {
        let inputs = document.member("input_tokens_details", of: usage)
        let outputs = document.member("output_tokens_details", of: usage)
        let writes = inputs.flatMap { document.member("cache_write_tokens_details", of: $0) }
        let tools = document.member("tool_usage", of: usage) ?? usage
        input = document.count("input_tokens", of: usage) ?? input
        output = document.count("output_tokens", of: usage) ?? output
        total = document.count("total_tokens", of: usage) ?? total
        cached = document.count("cached_tokens", of: inputs) ?? cached
        written = document.count("cache_write_tokens", of: inputs) ?? written
        written12h = document.count("ttl_12h_tokens", of: writes) ?? written12h
        audioInput = document.count("audio_tokens", of: inputs) ?? audioInput
        imageInput = document.count("image_tokens", of: inputs) ?? imageInput
        reasoning = document.count("reasoning_tokens", of: outputs) ?? reasoning
        if dialect == .openrouter { vendorCost = OpenRouterCost.nano(of: usage, document) ?? vendorCost }
        let ownTools = dialect == .openrouter ? document.member("server_tool_use", of: usage) : nil
        searches =
            document.count("num_requests", of: document.member("web_search", of: tools))
            ?? document.count("web_search_requests", of: ownTools) ?? searches
        if dialect == .xai { sources = document.count("num_sources_used", of: usage) ?? sources }
    }

    var billed: BilledUsage? {
        guard let input, let output = output ?? total.map({ max(0, $0.subtractingClamped(input)) }) else { return nil }
        var parts = UsageParts(of: input)
        var usage = Usage()
        usage.cachedInput = parts.take(cached, "cached_input")
        var writes = UsageParts(of: parts.take(written, "cache_write"))
        usage.cacheWrite12h = writes.take(written12h, "cache_write_12h")
        usage.cacheWrite = writes.rest
        usage.audioInput = parts.take(audioInput, "audio_input")
        usage.imageInput = parts.take(imageInput, "image_input")
        usage.input = parts.rest
        usage.output = output
        usage.reasoning = reasoning ?? 0
        var extras: [String: Int64] = [:]
        if let searches, searches > 0 { extras["web_search"] = searches }
        if let sources, sources > 0 { extras["search_sources"] = sources }
        if let vendorCost, vendorCost > 0 { extras[Usage.vendorCost] = vendorCost }
        usage.extras = extras.isEmpty ? nil : extras
        return BilledUsage(usage: usage, clamped: parts.clamped + writes.clamped)
    }
}

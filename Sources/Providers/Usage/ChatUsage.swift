import Inference
import JSON

/// The figures of a `usage` object in OpenAI's chat dialect as the vendor sent them; nil where it sent none.
///
/// `prompt` is a total that includes cached, written, audio and image tokens; `completion` includes reasoning.
struct ChatUsage: UsageReader, Hashable {
    let dialect: UsageDialect
    private var prompt: Int64?
    private var completion: Int64?
    private var total: Int64?
    private var cached: Int64?
    private var missed: Int64?
    private var cacheWrite: Int64?
    private var audioInput: Int64?
    private var imageInput: Int64?
    private var audioOutput: Int64?
    private var imageOutput: Int64?
    private var reasoning: Int64?
    private var extras: [String: Int64]?

    init(_ dialect: UsageDialect = .compatible) {
        self.dialect = dialect
    }

    mutating func update(_ usage: JSONNode, of document: JSONDocument) {
        func figure(_ name: StaticString, _ object: JSONNode?, _ other: Int64?) -> Int64? {
            document.count(name, of: object) ?? other
        }
        let input = document.member("prompt_tokens_details", of: usage)
        let output = document.member("completion_tokens_details", of: usage)
        prompt = figure("prompt_tokens", usage, prompt)
        completion = figure("completion_tokens", usage, completion)
        total = figure("total_tokens", usage, total)
        cached = figure("cached_tokens", input, cached)
        cacheWrite = figure("cache_write_tokens", input, cacheWrite)
        audioInput = figure("audio_tokens", input, audioInput)
        imageInput = figure("image_tokens", input, imageInput)
        audioOutput = figure("audio_tokens", output, audioOutput)
        imageOutput = figure("image_tokens", output, imageOutput)
        reasoning = figure("reasoning_tokens", output, figure("reasoning_tokens", usage, reasoning))
        readOwnFigures(usage, document)
    }

    /// What one vendor alone reports.
    private mutating func readOwnFigures(_ usage: JSONNode, _ document: JSONDocument) {
        switch dialect {
        case .openai, .groq:
            break
        case .mistral:
            let details = document.member("prompt_token_details", of: usage)
            cached =
                document.count("cached_tokens", of: details) ?? document.count("num_cached_tokens", of: usage) ?? cached
            note(document.count("prompt_audio_seconds", of: usage), as: "audio_seconds")
        case .deepseek, .compatible:
            cached = document.count("prompt_cache_hit_tokens", of: usage) ?? cached
            missed = document.count("prompt_cache_miss_tokens", of: usage) ?? missed
        case .xai:
            note(document.count("num_sources_used", of: usage), as: "search_sources")
        case .openrouter:
            let tools = document.member("server_tool_use", of: usage)
            note(document.count("web_search_requests", of: tools), as: "web_search")
            note(OpenRouterCost.nano(of: usage, document), as: Usage.vendorCost)
        }
    }

    private mutating func note(_ count: Int64?, as name: String) {
        guard let count, count > 0 else { return }
        extras = extras ?? [:]
        extras?[name] = count
    }

    /// No class is negative: a part that is larger than what is left of its total is cut to that, and named.
    var billed: BilledUsage? {
        let hitsAndMisses = missed.map { $0.addingClamped(cached ?? 0) }
        guard let prompt = prompt ?? hitsAndMisses ?? total.map({ max(0, $0 - (completion ?? 0)) }) else { return nil }
        var parts = UsageParts(of: prompt)
        var usage = Usage()
        usage.cachedInput = parts.take(cached, "cached_input")
        usage.cacheWrite = parts.take(cacheWrite, "cache_write")
        usage.audioInput = parts.take(audioInput, "audio_input")
        usage.imageInput = parts.take(imageInput, "image_input")
        usage.input = parts.rest
        // Embeddings have no completion, and a total.
        guard let written = completion ?? total.map({ max(0, $0.subtractingClamped(prompt)) }) else { return nil }
        var outputs = UsageParts(of: written)
        usage.reasoning = reasoning ?? 0
        usage.audioOutput = outputs.take(audioOutput, "audio_output")
        usage.imageOutput = outputs.take(imageOutput, "image_output")
        usage.output = outputs.rest.addingClamped(reasoningOutside(prompt, written))
        usage.extras = extras
        return BilledUsage(usage: usage, tier: nil, clamped: parts.clamped + outputs.clamped)
    }

    /// Reasoning tokens that `completion_tokens` leaves out, as xAI does: the total tells.
    private func reasoningOutside(_ prompt: Int64, _ written: Int64) -> Int64 {
        guard let total, let reasoning, reasoning > 0 else { return 0 }
        let sum = prompt.addingClamped(written)
        return total == sum.addingClamped(reasoning) && total != sum ? reasoning : 0
    }
}

/// What OpenRouter says that a call cost it, in nano-dollars.
enum OpenRouterCost {
    /// Returns nil when the vendor names no cost, or none above zero: tokens at the price book's price decide then.
    ///
    /// With a key of the customer's own at the model's vendor, that vendor's charge is reported apart and added.
    static func nano(of usage: JSONNode, _ document: JSONDocument) -> Int64? {
        func amount(_ node: JSONNode?) -> Int64? {
            node.flatMap(document.numberText).flatMap { ExactDecimal($0)?.nano(rounding: .up) }
        }
        guard let cost = amount(document.member("cost", of: usage)), cost >= 0 else { return nil }
        guard document.member("is_byok", of: usage).flatMap(document.bool) == true else { return cost }
        let details = document.member("cost_details", of: usage)
        let upstream = details.flatMap { document.member("upstream_inference_cost", of: $0) }
        guard let other = amount(upstream), other >= 0 else { return nil }
        return cost.addingClamped(other)
    }
}

import Inference
import JSON

/// The figures of a `usage` object as the vendor sent them; nil where it sent none.
///
/// `prompt` is a total that includes cached, written, audio and image tokens; `completion` includes reasoning.
struct OpenAIUsage: Sendable, Hashable {
    var prompt: Int64?
    var completion: Int64?
    var total: Int64?
    var cached: Int64?
    var cacheWrite: Int64?
    var audioInput: Int64?
    var imageInput: Int64?
    var audioOutput: Int64?
    var reasoning: Int64?

    init() {}

    /// Overwrites what `document` reports, field by field: of several objects in a stream the last one holds.
    mutating func update(_ document: JSONDocument) {
        let usage = document.root
        func figure(_ names: StaticString..., of object: JSONNode?) -> Int64? {
            guard let object else { return nil }
            for name in names {
                if let node = document.member(name, of: object), let value = document.integer(node), value >= 0 {
                    return value
                }
            }
            return nil
        }
        let input = document.member("prompt_tokens_details", of: usage)
        let output = document.member("completion_tokens_details", of: usage)
        prompt = figure("prompt_tokens", of: usage) ?? prompt
        completion = figure("completion_tokens", of: usage) ?? completion
        total = figure("total_tokens", of: usage) ?? total
        cached = figure("cached_tokens", of: input) ?? figure("prompt_cache_hit_tokens", of: usage) ?? cached
        cacheWrite = figure("cache_write_tokens", of: input) ?? cacheWrite
        audioInput = figure("audio_tokens", of: input) ?? audioInput
        imageInput = figure("image_tokens", of: input) ?? imageInput
        audioOutput = figure("audio_tokens", of: output) ?? audioOutput
        reasoning = figure("reasoning_tokens", of: output) ?? figure("reasoning_tokens", of: usage) ?? reasoning
    }

    /// The tokens by billing class, disjoint; nil when the vendor did not report what was read.
    ///
    /// No class is negative: a part that is larger than what is left of its total is cut to that.
    var classes: Usage? {
        guard let prompt = prompt ?? total.map({ max(0, $0 - (completion ?? 0)) }) else { return nil }
        var usage = Usage()
        var rest = prompt
        func part(_ figure: Int64?) -> Int64 {
            let taken = min(figure ?? 0, rest)
            rest -= taken
            return taken
        }
        usage.cachedInput = part(cached)
        usage.cacheWrite = part(cacheWrite)
        usage.audioInput = part(audioInput)
        usage.imageInput = part(imageInput)
        usage.input = rest
        let written = completion ?? 0
        usage.reasoning = reasoning ?? 0
        usage.audioOutput = min(audioOutput ?? 0, written)
        usage.output = (written - usage.audioOutput).addingClamped(reasoningOutside(prompt, written))
        return usage
    }

    /// Reasoning tokens that `completion_tokens` leaves out, as xAI does: the total tells.
    private func reasoningOutside(_ prompt: Int64, _ written: Int64) -> Int64 {
        guard let total, let reasoning, reasoning > 0 else { return 0 }
        let sum = prompt.addingClamped(written)
        return total == sum.addingClamped(reasoning) && total != sum ? reasoning : 0
    }
}

import Inference
import JSON

/// The figures of `usageMetadata`: a total of what was read, and details by modality.
///
/// Thoughts stand outside the candidates, unless the total shows that they are inside.
struct GeminiUsage: UsageReader {
    private var prompt: Int64?
    private var toolPrompt: Int64?
    private var cached: Int64?
    private var candidates: Int64?
    private var thoughts: Int64?
    private var total: Int64?
    private var promptParts = ModalityCounts()
    private var cachedParts = ModalityCounts()
    private var outputParts = ModalityCounts()
    private var tier: String?

    mutating func update(_ usage: JSONNode, of document: JSONDocument) {
        prompt = document.count("promptTokenCount", of: usage) ?? prompt
        toolPrompt = document.count("toolUsePromptTokenCount", of: usage) ?? toolPrompt
        cached = document.count("cachedContentTokenCount", of: usage) ?? cached
        candidates = document.count("candidatesTokenCount", of: usage) ?? candidates
        thoughts = document.count("thoughtsTokenCount", of: usage) ?? thoughts
        total = document.count("totalTokenCount", of: usage) ?? total
        promptParts = ModalityCounts(document.member("promptTokensDetails", of: usage), document) ?? promptParts
        cachedParts = ModalityCounts(document.member("cacheTokensDetails", of: usage), document) ?? cachedParts
        outputParts = ModalityCounts(document.member("candidatesTokensDetails", of: usage), document) ?? outputParts
        let kind = document.member("serviceTier", of: usage) ?? document.member("trafficType", of: usage)
        tier = kind.flatMap(document.string).map(GeminiUsage.tier) ?? tier
    }

    var billed: BilledUsage? {
        guard let prompt else { return nil }
        let whole = prompt.addingClamped(toolPrompt ?? 0)
        var parts = UsageParts(of: whole)
        var usage = Usage()
        usage.cachedInput = parts.take(cached, "cached_input")
        usage.audioInput = parts.take(promptParts.audio - min(cachedParts.audio, promptParts.audio), "audio_input")
        usage.imageInput = parts.take(promptParts.image - min(cachedParts.image, promptParts.image), "image_input")
        usage.input = parts.rest
        let written = candidates ?? 0
        usage.reasoning = thoughts ?? 0
        let isInside = total == whole.addingClamped(written)
        var outputs = UsageParts(of: written)
        usage.audioOutput = outputs.take(outputParts.audio, "audio_output")
        usage.imageOutput = outputs.take(outputParts.image, "image_output")
        usage.output = outputs.rest.addingClamped(isInside ? 0 : usage.reasoning)
        return BilledUsage(usage: usage, tier: tier, clamped: parts.clamped + outputs.clamped)
    }

    /// `ON_DEMAND_PRIORITY` of Vertex is `priority`, as the Gemini API has it.
    private static func tier(_ text: String) -> String {
        let name = text.lowercased()
        return name.hasPrefix("on_demand_") ? String(name.dropFirst("on_demand_".count)) : name
    }
}

/// Tokens of the modalities that have prices of their own; text, video and documents are input like any other.
private struct ModalityCounts {
    var audio: Int64 = 0
    var image: Int64 = 0

    init() {}

    /// Returns nil when there is no list.
    init?(_ list: JSONNode?, _ document: JSONDocument) {
        guard let list, document.kind(list) == .array else { return nil }
        for element in document.elements(of: list).prefix(32) {
            guard let count = document.count("tokenCount", of: element),
                let modality = document.member("modality", of: element).flatMap(document.string)
            else { continue }
            if modality == "AUDIO" { audio = audio.addingClamped(count) }
            if modality == "IMAGE" { image = image.addingClamped(count) }
        }
    }
}

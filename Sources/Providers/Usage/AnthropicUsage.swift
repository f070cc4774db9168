import Inference
import JSON

/// The figures of Anthropic's Messages API: disjoint as they come, `input_tokens` without what a cache gave or took.
struct AnthropicUsage: UsageReader {
    private var input: Int64?
    private var output: Int64?
    private var read: Int64?
    private var written: Int64?
    private var written5m: Int64?
    private var written1h: Int64?
    private var thinking: Int64?
    private var searches: Int64?
    private var fetches: Int64?
    private var tier: String?
    private var speed: String?
    private var place: String?

    mutating func update(_ usage: JSONNode, of document: JSONDocument) {
        let creation = document.member("cache_creation", of: usage)
        let tools = document.member("server_tool_use", of: usage)
        let details = document.member("output_tokens_details", of: usage)
        input = document.count("input_tokens", of: usage) ?? input
        output = document.count("output_tokens", of: usage) ?? output
        read = document.count("cache_read_input_tokens", of: usage) ?? read
        written = document.count("cache_creation_input_tokens", of: usage) ?? written
        written5m = document.count("ephemeral_5m_input_tokens", of: creation) ?? written5m
        written1h = document.count("ephemeral_1h_input_tokens", of: creation) ?? written1h
        thinking = document.count("thinking_tokens", of: details) ?? thinking
        searches = document.count("web_search_requests", of: tools) ?? searches
        fetches = document.count("web_fetch_requests", of: tools) ?? fetches
        tier = document.member("service_tier", of: usage).flatMap(document.string) ?? tier
        speed = document.member("speed", of: usage).flatMap(document.string) ?? speed
        place = document.member("inference_geo", of: usage).flatMap(document.string) ?? place
    }

    var billed: BilledUsage? {
        guard let input else { return nil }
        var usage = Usage(input: input, output: output ?? 0)
        usage.cachedInput = read ?? 0
        usage.cacheWrite1h = written1h ?? 0
        // Without the split, or where it leaves some out: the lifetime is the shortest.
        let split = (written5m ?? 0).addingClamped(written1h ?? 0)
        usage.cacheWrite = (written5m ?? 0).addingClamped(max(0, (written ?? 0) - split))
        usage.reasoning = thinking ?? 0
        var extras: [String: Int64] = [:]
        if let searches, searches > 0 { extras["web_search"] = searches }
        if let fetches, fetches > 0 { extras["web_fetch"] = fetches }
        usage.extras = extras.isEmpty ? nil : extras
        return BilledUsage(
            usage: usage, tier: billedTier, geo: place.flatMap { AnthropicUsage.anywhere.contains($0) ? nil : $0 })
    }

    /// What the vendor says when it was served wherever there was room.
    private static let anywhere: Set = ["global", "not_available", ""]

    /// Speed has a price of its own: `fast`, or `priority-fast`; the tier as it is reported when the speed is as usual.
    private var billedTier: String? {
        guard let speed, speed != "standard", !speed.isEmpty else { return tier }
        guard let tier, tier != "standard", !tier.isEmpty else { return speed }
        return "\(tier)-\(speed)"
    }
}

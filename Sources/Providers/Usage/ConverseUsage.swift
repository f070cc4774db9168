import Inference
import JSON

/// The figures of Bedrock's Converse API: `inputTokens` is without what a cache gave or took.
struct ConverseUsage: UsageReader {
    private var input: Int64?
    private var output: Int64?
    private var read: Int64?
    private var written: Int64?
    /// Written tokens by the lifetime that the vendor names.
    private var lifetimes: [String: Int64] = [:]

    mutating func update(_ usage: JSONNode, of document: JSONDocument) {
        input = document.count("inputTokens", of: usage) ?? input
        output = document.count("outputTokens", of: usage) ?? output
        read = document.count("cacheReadInputTokens", of: usage) ?? read
        written = document.count("cacheWriteInputTokens", of: usage) ?? written
        guard let details = document.member("cacheDetails", of: usage), document.kind(details) == .array else { return }
        lifetimes = [:]
        for detail in document.elements(of: details).prefix(16) {
            guard let lifetime = document.member("ttl", of: detail).flatMap(document.string),
                let count = document.count("inputTokens", of: detail)
            else { continue }
            lifetimes[lifetime] = (lifetimes[lifetime] ?? 0).addingClamped(count)
        }
    }

    var billed: BilledUsage? {
        guard let input else { return nil }
        var usage = Usage(input: input, output: output ?? 0)
        usage.cachedInput = read ?? 0
        usage.cacheWrite1h = lifetimes["1h"] ?? 0
        let long = usage.cacheWrite1h
        let others = lifetimes.reduce(Int64(0)) { $1.key == "1h" ? $0 : $0.addingClamped($1.value) }
        usage.cacheWrite = max(others, (written ?? 0) - min(long, written ?? 0))
        return BilledUsage(usage: usage)
    }
}

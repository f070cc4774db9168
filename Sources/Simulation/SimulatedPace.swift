/// How fast a simulated model answers, and how much; a model's name can say it otherwise.
package struct SimulatedPace: Sendable, Hashable {
    /// Milliseconds before the head.
    package var delay = 0
    /// Milliseconds between two events of a stream.
    package var gap = 0
    /// Events of text in a stream; nil: one for each token.
    package var chunks: Int?
    /// Bytes of text in the answer; nil: a sentence or two.
    package var bytes: Int?
    /// Input tokens that are reported as read from a cache.
    package var cached = 0
    /// Output tokens that are reported as reasoning.
    package var reasoning = 0

    package init() {}

    /// Sets an option of a model's name, such as `delay=60`; returns false for an unknown name or a value out of range.
    mutating func set(_ option: Substring) -> Bool {
        let parts = option.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, let value = Int(parts[1]), value >= 0 else { return false }
        switch parts[0] {
        case "delay" where value <= 600_000: delay = value
        case "gap" where value <= 600_000: gap = value
        case "chunks" where (1...100_000).contains(value): chunks = value
        case "bytes" where value <= 64 << 20: bytes = value
        case "cached" where value <= 1_000_000: cached = value
        case "reasoning" where value <= 1_000_000: reasoning = value
        default: return false
        }
        return true
    }
}

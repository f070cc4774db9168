import Inference

/// A billing class as a meter: its tokens, and what a million of them costs.
struct TokenMeter: Sendable {
    /// As in ``Charge/unpricedClasses``.
    let name: String
    /// For people.
    let title: String
    let tokens: @Sendable (Usage) -> Int64
    let rate: @Sendable (Rates) -> Int64

    static let all = [
        TokenMeter(name: "input", title: "Input Tokens", tokens: { $0.input }, rate: { $0.input }),
        TokenMeter(
            name: "cached_input", title: "Cached Input Tokens", tokens: { $0.cachedInput },
            rate: { $0.cachedInput ?? $0.fallback }),
        TokenMeter(
            name: "cache_write", title: "Cache Write Tokens", tokens: { $0.cacheWrite },
            rate: { $0.cacheWrite ?? $0.fallback }),
        TokenMeter(
            name: "cache_write_1h", title: "Cache Write Tokens for 1 Hour", tokens: { $0.cacheWrite1h },
            rate: { $0.cacheWrite1h ?? $0.fallback }),
        TokenMeter(
            name: "cache_write_12h", title: "Cache Write Tokens for 12 Hours", tokens: { $0.cacheWrite12h },
            rate: { $0.cacheWrite12h ?? $0.fallback }),
        TokenMeter(
            name: "audio_input", title: "Audio Input Tokens", tokens: { $0.audioInput },
            rate: { $0.audioInput ?? $0.fallback }),
        TokenMeter(
            name: "image_input", title: "Image Input Tokens", tokens: { $0.imageInput },
            rate: { $0.imageInput ?? $0.fallback }),
        TokenMeter(name: "output", title: "Output Tokens", tokens: { $0.output }, rate: { $0.output }),
        TokenMeter(
            name: "audio_output", title: "Audio Output Tokens", tokens: { $0.audioOutput },
            rate: { $0.audioOutput ?? max($0.fallback, $0.output) }),
    ]
}

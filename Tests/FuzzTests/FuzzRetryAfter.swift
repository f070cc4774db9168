import HTTPTypes
import Providers

/// A refusal whose head says when to come back: whatever it says, nothing longer than a day is believed.
func fuzzRetryAfter(_ bytes: [UInt8]) {
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    let names = [
        "retry-after", "retry-after-ms", "x-ratelimit-reset-requests", "x-ratelimit-reset-tokens",
        "x-ratelimit-remaining-requests",
    ]
    let fields = Dictionary(zip(names, lines.map(String.init)), uniquingKeysWith: { first, _ in first })
    let failure = UpstreamFailure(status: 429, header: { fields[$0] }, body: bytes, now: 1_763_700_000)
    let wait = failure.retryAfterMilliseconds ?? 0
    precondition((0...86_400_000).contains(wait), "a wait of \(wait) ms was believed")
}

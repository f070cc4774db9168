/// What is fuzzed: each target takes any bytes, and traps when a promise about them is broken.
///
/// Run by `make fuzz` under libFuzzer, and by the tests of this target with seeds and mutations of them.
enum FuzzTarget: String, CaseIterable, Sendable {
    case json, yaml, http, stream, prompt, configuration, texts, responses, retryAfter

    func feed(_ bytes: [UInt8]) {
        switch self {
        case .json: fuzzJSON(bytes)
        case .yaml: fuzzYAML(bytes)
        case .http: fuzzHTTPRequests(bytes)
        case .stream: fuzzStream(bytes)
        case .prompt: fuzzPrompt(bytes)
        case .configuration: fuzzConfiguration(bytes)
        case .texts: fuzzTexts(bytes)
        case .responses: fuzzResponses(bytes)
        case .retryAfter: fuzzRetryAfter(bytes)
        }
    }
}

extension [UInt8] {
    /// Cuts into pieces whose sizes follow from the bytes themselves, so that a finding can be repeated.
    func pieces() -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var (start, state) = (0, UInt32(truncatingIfNeeded: count) &* 2_654_435_761 | 1)
        while start < count {
            state ^= state << 13
            state ^= state >> 17
            state ^= state << 5
            let end = Swift.min(count, start + 1 + Int(state % 7))
            pieces.append(Array(self[start..<end]))
            start = end
        }
        return pieces
    }
}

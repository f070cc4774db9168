import Glibc

/// Why a model stopped writing, under the names that vendors give it.
enum FinishReason: Sendable, Hashable {
    case stop
    case toolCalls
    /// The answer has reached a limit of its length.
    case length
    case contentFilter

    /// Reads a vendor's name, in whichever case; nil for one that is no end: empty, `null`, an error, or unknown.
    ///
    /// What is not known here is no end either: half an answer must not look whole. Gemini's names have their details
    /// behind a colon.
    init?(_ name: UnsafeBufferPointer<UInt8>) {
        let word = name.prefix { $0 != UInt8(ascii: ":") }
        guard !word.isEmpty, let known = FinishReason.names.first(where: { FinishReason.equals(word, $0.name) }) else {
            return nil
        }
        self = known.reason
    }

    init?(_ name: String) {
        var name = name
        guard let reason = name.withUTF8({ FinishReason($0) }) else { return nil }
        self = reason
    }

    private static let names: [(name: StaticString, reason: FinishReason)] = [
        ("stop", .stop), ("tool_calls", .toolCalls), ("length", .length), ("content_filter", .contentFilter),
        ("function_call", .toolCalls), ("eos", .stop), ("eos_token", .stop), ("stop_sequence", .stop),
        ("stop_token", .stop), ("end_turn", .stop), ("complete", .stop), ("completed", .stop), ("load", .stop),
        ("unload", .stop), ("cancelled", .stop), ("tool_call", .toolCalls), ("tool_use", .toolCalls),
        ("model_length", .length), ("max_tokens", .length), ("max_output_tokens", .length), ("max_length", .length),
        ("model_context_window_exceeded", .length), ("time_limit", .length), ("pause_turn", .length),
        ("continuation", .length), ("content_filtered", .contentFilter), ("guardrail_intervened", .contentFilter),
        ("refusal", .contentFilter), ("sensitive", .contentFilter), ("safety", .contentFilter),
        ("recitation", .contentFilter), ("blocklist", .contentFilter), ("prohibited_content", .contentFilter),
        ("spii", .contentFilter), ("language", .contentFilter), ("image_safety", .contentFilter),
        ("model_armor", .contentFilter), ("function_call_filter", .contentFilter),
    ]

    private static func equals(_ word: Slice<UnsafeBufferPointer<UInt8>>, _ name: StaticString) -> Bool {
        guard word.count == name.utf8CodeUnitCount, let base = UnsafeBufferPointer(rebasing: word).baseAddress else {
            return false
        }
        return strncasecmp(base, name.utf8Start, word.count) == 0
    }
}

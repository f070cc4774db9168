import JSON

/// Where a Response stands, or how it ended.
enum ResponseState: Sendable, Hashable {
    case inProgress
    case completed
    /// It ended early: `max_output_tokens` or `content_filter`.
    case incomplete(String)

    /// What a chat completion's `finish_reason` means; nil for an error.
    init?(finishReason: String?) {
        switch finishReason {
        case "length", "model_length", "max_tokens", "time_limit": self = .incomplete("max_output_tokens")
        case "content_filter": self = .incomplete("content_filter")
        case "error": return nil
        default: self = .completed
        }
    }

    /// The value of `status`.
    var name: String {
        switch self {
        case .inProgress: "in_progress"
        case .completed: "completed"
        case .incomplete: "incomplete"
        }
    }

    /// Writes the members that say why a Response is not whole.
    func writeReasons(to output: inout JSONWriter) {
        output.name("error")
        output.null()
        output.name("incomplete_details")
        if case .incomplete(let reason) = self {
            output.beginObject()
            output.member("reason", reason)
            output.endObject()
        } else {
            output.null()
        }
    }
}

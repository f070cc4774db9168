import JSON

/// Where a Response stands, or how it ended.
enum ResponseState: Sendable, Hashable {
    case inProgress
    case completed
    /// It ended early: `max_output_tokens` or `content_filter`.
    case incomplete(String)

    /// What a chat completion's `finish_reason` means; nil for one that is no end, such as an error.
    ///
    /// A reason that is not known here is no end either: half an answer must not look whole.
    init?(finishReason: String) {
        switch FinishReason(finishReason) {
        case .stop?, .toolCalls?: self = .completed
        case .length?: self = .incomplete("max_output_tokens")
        case .contentFilter?: self = .incomplete("content_filter")
        case nil: return nil
        }
    }

    /// What is wrong with a reason that is no end, in words; long ones are cut.
    static func failure(_ finishReason: String) -> String {
        "the model broke off with the reason '\(finishReason.prefix(64))'"
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

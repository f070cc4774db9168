import Inference
import JSON

extension UpstreamFailure {
    /// Reads an answer that is no success.
    ///
    /// - Parameters:
    ///   - header: the value of a field, by its name in lower case.
    ///   - now: seconds since 1970, UTC; for a `Retry-After` that is a date.
    package init(status: Int, header: (String) -> String? = { _ in nil }, body: [UInt8], now: Int64) {
        let error = UpstreamErrorBody(body)
        self.init(error, status: status)
        retryAfterMilliseconds = RetryAfter.milliseconds(header: header, now: now) ?? error.retryDelay
        if let skim = AnswerSkim(body, 0..<body.count) {
            var reader = AnswerReader()
            reader.read(skim, in: body)
            usage = reader.reading.billedUsage
        }
    }

    /// - Parameter status: nil for an error that came with a success: its code may then stand for the status.
    init(_ error: UpstreamErrorBody, status: Int?) {
        let inferred = status ?? error.code.flatMap(Int.init).flatMap { (400...599).contains($0) ? $0 : nil }
        self.init(UpstreamFailure.kind(of: error, status: inferred ?? 500), message: error.message)
        self.status = status
        type = error.type
        code = error.code
        param = error.param
    }

    private static func kind(of error: UpstreamErrorBody, status: Int) -> Kind {
        let words = [error.code, error.type].compactMap { $0?.lowercased() }
        func says(_ list: Set<String>) -> Bool { words.contains(where: list.contains) }
        if says(authenticationCodes) || [401, 403, 407].contains(status) && !says(quotaCodes) {
            return .authentication
        }
        if status == 429, let code = error.code, passingCodes.contains(code) { return .rateLimited }
        if status == 402 || says(quotaCodes) { return .quota }
        if status == 429 { return .rateLimited }
        if isContextLength(error, words, status) { return .contextLength }
        if says(filterCodes) { return .contentFilter }
        if says(modelCodes) { return .unknownModel }
        switch status {
        case 404 where !error.isJSON: return .unavailable
        case 404 where error.message.lowercased().contains("model"): return .unknownModel
        case 408, 409, 424, 425, 498, 500...: return .unavailable
        case 400...: return .invalidRequest
        default: return .malformedAnswer
        }
    }

    private static func isContextLength(_ error: UpstreamErrorBody, _ words: [String], _ status: Int) -> Bool {
        guard [400, 413, 422, 500].contains(status), !words.contains("string_above_max_length") else { return false }
        if words.contains("context_length_exceeded") || words.contains("exceed_context_size_error") { return true }
        let message = error.message.lowercased()
        return status != 500 && contextPhrases.contains(where: message.contains)
    }

    private static let authenticationCodes: Set = [
        "invalid_api_key", "authentication_error", "account_deactivated", "api_key_invalid", "unauthenticated",
    ]
    private static let quotaCodes: Set = [
        "insufficient_quota", "credit_balance_exhausted", "organization_spend_limit_exceeded",
        "project_spend_limit_exceeded", "organization_usage_limit_exceeded", "billing_hard_limit_reached",
        "billing_not_active",
    ]
    /// With these codes a 429 passes, whatever its type says.
    private static let passingCodes: Set = ["rate_limit_exceeded", "slow_down"]
    private static let filterCodes: Set = ["content_filter", "content_policy_violation", "moderation_blocked"]
    private static let modelCodes: Set = ["model_not_found", "model_not_available", "deploymentnotfound"]
    /// What vendors write when the input is too long, in lower case.
    private static let contextPhrases = [
        "maximum context length is", "exceed context limit", "exceeds the model's maximum context length",
        "model's maximum context limit", "is longer than the model's context length",
        "input tokens exceed the configured limit", "`inputs` tokens + `max_new_tokens` must be",
        "exceeds the available context size", "exceed_context_size_error",
        "exceeds the maximum number of tokens allowed", "prompt is too long", "input is too long",
        "too many input tokens", "too many tokens", "expected maxlength:", "exceed model maximum",
        "maximum input length is", "input too long:", "while limit is", "max sequence length",
    ]
}

/// A refusal or failure as the client will see it: status, code, and a message that names place, problem and remedy.
public struct GatewayError: Error, Sendable, Hashable {
    /// 400…599.
    public var status: Int
    /// OpenAI's `type`, such as `invalid_request_error`.
    public var type: String
    /// A stable word that programs match on, such as `model_not_found`.
    public var code: String
    public var message: String
    /// The member of the request that is wrong, such as `messages[0].role`.
    public var param: String?
    /// Seconds for `Retry-After`.
    public var retryAfter: Int?
    /// `x-should-retry`: nil leaves it to the client.
    public var shouldRetry: Bool?
    /// The budget that refused; nil when none did.
    public var budget: BudgetReference?
    /// The most output tokens of an answer for which the budget that refused had room; nil when none did.
    public var fittingTokens: Int64?
    /// The prompt that refused; nil when none did.
    public var prompt: PromptFault?

    public init(
        _ status: Int, _ code: String, _ message: String, type: String? = nil, param: String? = nil,
        retryAfter: Int? = nil, shouldRetry: Bool? = nil
    ) {
        self.status = status
        self.type = type ?? GatewayError.type(for: status)
        self.code = code
        self.message = message
        self.param = param
        self.retryAfter = retryAfter
        self.shouldRetry = shouldRetry
    }

    /// OpenAI's error type for a status.
    private static func type(for status: Int) -> String {
        switch status {
        case 401: "authentication_error"
        case 402: "insufficient_quota"
        case 403: "permission_error"
        case 429: "rate_limit_error"
        case 500...: "server_error"
        default: "invalid_request_error"
        }
    }
}

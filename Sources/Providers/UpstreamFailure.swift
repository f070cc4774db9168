package import Inference

/// Why an attempt gave no answer, and what that means for the next step.
package struct UpstreamFailure: Error, Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable {
        /// No connection: the name, the address, the handshake.
        case unreachable
        /// The connection broke before a whole answer.
        case connectionLost = "connection_lost"
        /// No answer in time.
        case timeout
        /// 429 that passes.
        case rateLimited = "rate_limited"
        /// Money or quota at the vendor is used up: it does not pass soon.
        case quota
        /// The gateway's own credential was refused.
        case authentication
        /// The input is longer than the model's context.
        case contextLength = "context_length"
        case contentFilter = "content_filter"
        /// The vendor does not know the model.
        case unknownModel = "unknown_model"
        /// The vendor refuses the request itself.
        case invalidRequest = "invalid_request"
        /// 5xx, and what vendors use as such: 408, 409, 424, 425, 498, 529.
        case unavailable
        /// A success that cannot be read: not JSON, no choices, an error with status 200.
        case malformedAnswer = "malformed_answer"
        /// The answer is larger than the gateway takes.
        case tooLarge = "too_large"
    }

    package var kind: Kind
    /// The upstream's status; nil when there was none.
    package var status: Int?
    /// The upstream's own words, at most 500 characters; it may name a credential: see ``gatewayError``.
    package var message: String
    package var type: String?
    package var code: String?
    package var param: String?
    package var retryAfterMilliseconds: Int64?
    /// Usage that the vendor reported in spite of the failure: it is billed.
    package var usage: Usage?
    /// The service tier that the usage was billed at.
    package var tier: String?

    package init(_ kind: Kind, status: Int? = nil, message: String) {
        self.kind = kind
        self.status = status
        self.message = message
    }
}

// MARK: Decisions

extension UpstreamFailure {
    /// Whether the same target may be asked again, after a pause.
    package var retriesSameTarget: Bool {
        switch kind {
        case .unreachable, .connectionLost, .rateLimited, .unavailable: true
        default: false
        }
    }

    /// Whether the next target may be asked.
    package var failsOver: Bool {
        switch kind {
        case .contentFilter, .invalidRequest, .tooLarge: false
        default: true
        }
    }

    /// Whether the vendor surely billed nothing, given that the request's bytes were written: it answered
    /// completely, with status 400 or above, and without usage.
    package var isNotBilled: Bool {
        guard usage == nil, let status else { return kind == .unreachable }
        return status >= 400 && kind != .connectionLost && kind != .timeout && kind != .tooLarge
    }

    /// Whether the upstream's error body may go to a client of the same dialect as it is.
    package var passesBody: Bool {
        guard let status, (400..<500).contains(status) else { return false }
        return [.invalidRequest, .contextLength, .contentFilter, .unknownModel].contains(kind)
    }
}

// MARK: Towards the client

extension UpstreamFailure {
    /// What the client is told when no attempt is left.
    ///
    /// The upstream's words are repeated only where they speak of the client's request; elsewhere they could name
    /// the gateway's credential.
    package var gatewayError: GatewayError {
        switch kind {
        case .invalidRequest, .contextLength, .contentFilter, .unknownModel:
            GatewayError(
                clientStatus, clientCode, message.isEmpty ? "the model refused the request" : message, param: param)
        case .rateLimited:
            GatewayError(
                429, "upstream_rate_limited", "the model's provider limits the rate; try again later",
                retryAfter: retryAfterSeconds)
        case .quota:
            GatewayError(
                429, "insufficient_quota", "the quota at the model's provider is used up; its operator must raise it",
                type: "insufficient_quota", shouldRetry: false)
        case .authentication:
            GatewayError(
                502, "upstream_auth",
                "the model's provider refuses the gateway's credential; its operator must renew it",
                shouldRetry: false)
        case .timeout:
            GatewayError(504, "upstream_timeout", "the model's provider did not answer in time", shouldRetry: false)
        case .unreachable, .connectionLost, .unavailable, .malformedAnswer, .tooLarge:
            GatewayError(502, "upstream_error", "the model's provider failed: \(reason)", shouldRetry: false)
        }
    }

    /// For a log line: the kind, the status, the upstream's words.
    package var logDescription: String {
        "\(kind.rawValue)\(status.map { " (status \($0))" } ?? ""): \(message)"
    }

    private var clientStatus: Int { status.map { (400..<500).contains($0) ? $0 : 400 } ?? 400 }

    private var clientCode: String {
        switch kind {
        case .contextLength: "context_length_exceeded"
        case .contentFilter: code ?? "content_filter"
        case .unknownModel: "model_not_found"
        default: code ?? "invalid_value"
        }
    }

    /// Rounded up, at least 1.
    private var retryAfterSeconds: Int {
        Int(clamping: max(1, ((retryAfterMilliseconds ?? 1000).addingClamped(999)) / 1000))
    }

    private var reason: String {
        switch kind {
        case .unreachable: "no connection"
        case .connectionLost: "the connection broke"
        case .malformedAnswer: "its answer cannot be read"
        case .tooLarge: "its answer is larger than limits.max_answer"
        default: status.map { "status \($0)" } ?? "no answer"
        }
    }
}

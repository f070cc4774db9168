import Glibc
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
        /// The vendor does not know the model, or does not serve it to this account.
        case unknownModel = "unknown_model"
        /// The vendor does not serve requests from where this one comes.
        case notPermitted = "not_permitted"
        /// The vendor refuses the request itself.
        case invalidRequest = "invalid_request"
        /// 5xx, and what vendors use as such: 408, 409, 424, 425, 498, 529.
        case unavailable
        /// A success that cannot be read: not JSON, no choices, an error with status 200.
        case malformedAnswer = "malformed_answer"
        /// The answer is larger than the gateway takes.
        case tooLarge = "too_large"
        /// The gateway has no room for the answer beside all others.
        case noRoom = "no_room"
    }

    package var kind: Kind
    /// The upstream's status; nil when there was none.
    package var status: Int?
    /// The status that the error has by its own words: that of an error which came with a success.
    package var meantStatus: Int?
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
    /// Whether it came with the vendor's account of the call: without usage, nothing is billed.
    package var hasAccount = false

    package init(_ kind: Kind, status: Int? = nil, message: String) {
        self.kind = kind
        self.status = status
        self.message = message
    }
}

// MARK: Decisions

extension UpstreamFailure {
    /// Whether the vendor surely billed nothing, given that the request's bytes were written: it answered
    /// completely and without usage, with a status of 400 or above, or with an error that comes before all work.
    package var isNotBilled: Bool {
        guard usage == nil else { return false }
        switch kind {
        case .unreachable: return true
        case .connectionLost, .timeout, .tooLarge, .noRoom: return false
        default: return hasAccount || status.map { $0 >= 400 } ?? false || comesBeforeWork
        }
    }

    /// Whether an error that came with a success is one that vendors give before they work, and never bill.
    private var comesBeforeWork: Bool {
        guard kind != .malformedAnswer, let meantStatus else { return false }
        return (400..<500).contains(meantStatus) && ![408, 409, 499].contains(meantStatus)
            || meantStatus == 503 || meantStatus == 529
    }

    /// Whether the upstream's words are about the client's own request, and its to read.
    package var isTheClients: Bool {
        [.invalidRequest, .contextLength, .contentFilter, .unknownModel, .notPermitted].contains(kind)
    }

    /// Whether the upstream's error body may go to a client of the same dialect as it is.
    package var passesBody: Bool { isTheClients && (status.map { $0 < 300 || (400..<500).contains($0) } ?? true) }
}

// MARK: Towards the client

extension UpstreamFailure {
    /// What the client is told when no attempt is left.
    ///
    /// The upstream's words are repeated only where they speak of the client's request; elsewhere they could name
    /// the gateway's credential.
    package var gatewayError: GatewayError {
        switch kind {
        case .invalidRequest, .contextLength, .contentFilter, .unknownModel, .notPermitted:
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
        case .noRoom:
            GatewayError(
                503, "overloaded",
                "the gateway holds as much of requests and answers as it takes (limits.max_buffered)",
                retryAfter: 1, shouldRetry: false)
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

    /// The status that the client is told of what is about its own request.
    package var clientStatus: Int {
        [status, meantStatus].lazy.compactMap(\.self).first { (400..<500).contains($0) } ?? 400
    }

    private var clientCode: String {
        switch kind {
        case .contextLength: "context_length_exceeded"
        case .contentFilter: code ?? "content_filter"
        case .unknownModel: "model_not_found"
        case .notPermitted: code.flatMap { Int($0) == nil ? $0 : nil } ?? "unsupported_country_region_territory"
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
        default:
            if let status, status >= 300 { "status \(status)" } else { "it broke off with \(word ?? "an error")" }
        }
    }

    /// The error's code or type, where that is a word and no sentence.
    private var word: String? {
        [code, type].lazy.compactMap(\.self).first { word in
            word.utf8.count <= 48 && word.utf8.allSatisfy { isalnum(CInt($0)) != 0 || $0 == UInt8(ascii: "_") }
        }.map { "'\($0)'" }
    }
}

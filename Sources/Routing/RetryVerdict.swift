import Inference

/// What a failure allows: another attempt at the same target, one at another, and what the client hears in the end.
struct RetryVerdict: Sendable {
    var allowsSame = false
    var allowsOther = false
    /// Whether another target comes before another attempt at the same one.
    var prefersOther = false
    var end: RouteStep

    init(_ failure: AttemptFailure) {
        switch failure.kind {
        case .connect, .unprocessed:
            self.init(same: true, other: true, .upstreamError("no target could be reached"))
        case .reset:
            self.init(same: true, other: true, .upstreamError("the upstream closed the connection before it answered"))
        case .timeout:
            self.init(other: true, .upstreamTimeout)
        case .afterFirstByte:
            // The client has part of an answer: another would be glued to it.
            self.init(.upstreamError("the upstream broke off its answer"))
        case .unreadable:
            self.init(.upstreamError("the upstream's answer is of no use"))
        case .unusable:
            self.init(other: true, .giveUp(.noTarget))
        case .status(let status):
            self.init(status: status, failure)
        }
    }

    private init(status: Int, _ failure: AttemptFailure) {
        switch (status, failure.hint) {
        case (402, _), (429, .quota), (403, .quota):
            self.init(other: true, .quota)
        case (429, _):
            self.init(same: true, other: true, .rateLimited(retryAfter: failure.retryAfter))
            prefersOther = true
        case (401, _), (403, _):
            self.init(other: true, .upstreamAuth)
        case (400..<500, .contextLength), (400..<500, .unsupported):
            self.init(other: true, .relay)
        case (408, _), (409, _), (425, _):
            self.init(same: true, other: true, .relay)
        case (424, _):
            self.init(other: true, .upstreamError("the last target answered 424"))
        case (400..<500, _):
            self.init(.relay)
        default:
            self.init(same: status >= 500, other: true, .upstreamError("the last target answered \(status)"))
        }
    }

    private init(same: Bool = false, other: Bool = false, _ end: RouteStep) {
        allowsSame = same
        allowsOther = other
        self.end = end
    }
}

/// The gateway has tried what it may by then: a client that tries again only adds load, unless the vendor names a time.
extension RouteStep {
    fileprivate static func upstreamError(_ what: String) -> RouteStep {
        .giveUp(GatewayError(502, "upstream_error", what, shouldRetry: false))
    }

    fileprivate static var upstreamTimeout: RouteStep {
        .giveUp(GatewayError(504, "upstream_timeout", "no target answered in time", shouldRetry: false))
    }

    /// Never the vendor's own 401: the client's key is not the one that was refused.
    fileprivate static var upstreamAuth: RouteStep {
        .giveUp(
            GatewayError(
                502, "upstream_auth", "the upstream refuses the gateway's credential; the operator must renew it",
                shouldRetry: false))
    }

    fileprivate static var quota: RouteStep {
        .giveUp(
            GatewayError(
                429, "insufficient_quota", "the gateway's account at the upstream is out of quota or credit",
                type: "insufficient_quota", shouldRetry: false))
    }

    fileprivate static func rateLimited(retryAfter: Duration?) -> RouteStep {
        let seconds = retryAfter.map { wait in
            let (whole, rest) = wait.components
            return Int(clamping: max(whole, 0)) + (rest > 0 ? 1 : 0)
        }
        return .giveUp(
            GatewayError(
                429, "upstream_rate_limited", "the upstream limits the gateway's rate", retryAfter: seconds ?? 1))
    }
}

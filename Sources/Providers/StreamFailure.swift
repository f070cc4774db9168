package import Inference

/// Why a stream must not end as if it were whole.
package struct StreamFailure: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Kind: String, Sendable, Hashable {
        /// The upstream sent an error as an event.
        case upstreamError = "upstream_error"
        /// An event is not JSON, or not as long as it must be.
        case malformed
        case eventTooLong = "event_too_long"
        /// The stream ended without its terminator.
        case cutShort = "cut_short"
    }

    package var kind: Kind
    /// In the gateway's words, fit for the client.
    package var reason: String
    /// What the upstream said, for ``Kind/upstreamError``.
    package var upstream: UpstreamFailure?

    package init(kind: Kind, reason: String, upstream: UpstreamFailure? = nil) {
        self.kind = kind
        self.reason = reason
        self.upstream = upstream
    }

    static let endedWithinEvent = StreamFailure(
        kind: .cutShort, reason: "the upstream's stream ended within an event")

    /// For a log line: the reason, and the upstream's own words.
    package var description: String { upstream.map { "\(reason): \($0.logDescription)" } ?? reason }

    /// What the client is told in the event that takes the place of the end.
    package var gatewayError: GatewayError {
        if let upstream { return upstream.gatewayError }
        return GatewayError(502, "upstream_error", "the answer is not complete: \(reason)", shouldRetry: false)
    }
}

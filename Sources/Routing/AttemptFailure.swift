/// How an attempt failed, as far as it decides what comes next.
package struct AttemptFailure: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// No connection: name, route, TLS, or a refused port. Nothing was sent.
        case connect
        /// The upstream has said that it did not look at the request: it may be sent again at once.
        case unprocessed
        /// The connection broke before the first byte of the answer.
        case reset
        /// No first byte in time.
        case timeout
        /// An answer came and is of no use: too large, or unreadable. The vendor has billed it, and another would be billed
        /// as well.
        case unreadable
        /// A complete answer with a status of 400 or above.
        case status(Int)
        /// Something of the answer has reached the client.
        case afterFirstByte
        /// The gateway itself passed the target by, because it has no credential or no price. Does not count as
        /// an attempt.
        case unusable
    }

    package var kind: Kind
    /// What the vendor's error says, where that changes the decision.
    package var hint: Hint?
    /// The vendor's `Retry-After`.
    package var retryAfter: Duration?

    package init(_ kind: Kind, hint: Hint? = nil, retryAfter: Duration? = nil) {
        self.kind = kind
        self.hint = hint
        self.retryAfter = retryAfter
    }

    /// What an error's body says beyond its status.
    package enum Hint: Sendable, Hashable {
        /// The account at the vendor is out of credit or quota.
        case quota
        /// The input is longer than the target's window.
        case contextLength
        /// The vendor does not know the model, or not the parameter.
        case unsupported
    }
}

/// Why an upstream request brought no whole answer.
///
/// The texts are for operators: they say what and where, never a header or a body, so no credential is in them.
package enum TransferFailure: Error, Equatable, Sendable {
    /// It is certain that no byte of the request left: name, refusal, TLS, forbidden address, a connection that was lost
    /// before the first write.
    case connect(String)
    /// The peer has said that it did not process the request (RFC 9113 §8.7), so it may be sent again, and bills nothing.
    case unprocessed
    case timeout(phase: TimeoutPhase)
    /// The connection ended before the answer did.
    case reset(String)
    /// What came is no answer that we read: bad head, HTTP/0.9, head too large, wrong chunks, coded body.
    case malformed(String)
    /// The body is longer than the caller takes.
    case tooLarge
    /// By our own ``UpstreamTransfer/cancel()``; ``UpstreamTransfer/requestWasWritten`` tells how far it had come.
    case cancelled

    /// Whether the vendor may have worked on the request and may bill it: true unless it is certain that no request byte
    /// left, or that none was looked at.
    package var requestWasWritten: Bool {
        switch self {
        case .connect, .unprocessed: false
        case .timeout(let phase): phase != .connect
        case .reset, .malformed, .tooLarge, .cancelled: true
        }
    }
}

/// What a request was waiting for when its time was over.
package enum TimeoutPhase: String, Sendable {
    /// The name, the connection and TLS; no request byte left.
    case connect
    /// The first line of the answer.
    case firstByte = "first_byte"
    /// The next piece of the answer.
    case idle
    /// The end of the answer, counted from the start of the request.
    case total
}

extension TransferFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .connect(let reason): "no connection: \(reason)"
        case .unprocessed: "HTTP/2: the request was not processed"
        case .timeout(let phase): "timeout (\(phase.rawValue))"
        case .reset(let reason): "connection lost: \(reason)"
        case .malformed(let reason): "malformed answer: \(reason)"
        case .tooLarge: "answer too large"
        case .cancelled: "cancelled"
        }
    }
}

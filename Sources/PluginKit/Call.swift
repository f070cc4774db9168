public import Inference

/// What a plugin sees of a request: who calls what, and when. No credential and no message text is in it.
public struct Call: Sendable {
    public let id: RequestID
    /// When the request began: milliseconds since 1970, UTC. A charge belongs to the period of this moment.
    public let at: Int64
    public let identity: CallIdentity
    /// Whether the answer is streamed.
    public let streams: Bool

    public init(id: RequestID, at: Int64, identity: CallIdentity, streams: Bool) {
        self.id = id
        self.at = at
        self.identity = identity
        self.streams = streams
    }
}

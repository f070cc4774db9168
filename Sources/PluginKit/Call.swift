public import Inference

/// What a plugin sees of a request: who calls what, and when. No credential and no message text is in it.
public struct Call: Sendable {
    public let id: RequestID
    /// When the request began: milliseconds since 1970, UTC. A charge belongs to the period of this moment.
    public let at: Int64
    public let identity: CallIdentity
    /// What the key is called; its id when it has no name. A key that rotates another out has the same name.
    public let keyName: String
    /// The application's user, hashed: 16 hexadecimal digits. Nil when the call names none, or no budget asks for users.
    public let user: String?
    /// Whether the answer is streamed.
    public let streams: Bool
    /// Whether no other model may serve the call: a budget near its limit has given it to one already, or its answer is of
    /// use from this model alone, as embeddings are.
    public let isDegraded: Bool

    public init(
        id: RequestID, at: Int64, identity: CallIdentity, keyName: String? = nil, user: String? = nil, streams: Bool,
        isDegraded: Bool = false
    ) {
        self.id = id
        self.at = at
        self.identity = identity
        self.keyName = keyName ?? identity.key
        self.user = user
        self.streams = streams
        self.isDegraded = isDegraded
    }
}

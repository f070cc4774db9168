package import JSON

extension JSONLimits {
    /// Of answers: log probabilities are a hundred values for each token, and what a request nests is repeated deeper.
    package static let answers: JSONLimits = {
        var limits = JSONLimits()
        limits.maxDepth = 128
        limits.maxValues = 1 << 23
        return limits
    }()

    /// Of a request that the gateway wrote anew from one that it took.
    static let rewritten: JSONLimits = {
        var limits = JSONLimits()
        limits.maxValues = 1 << 23
        return limits
    }()

    /// Of a request's body: lists of token ids have a value for every few bytes. The index of a document, with 16 bytes a
    /// value, stays no larger than the largest body.
    ///
    /// - Parameter maxBody: the most bytes that a body may have.
    package static func requests(maxBody: Int) -> JSONLimits {
        var limits = JSONLimits()
        limits.maxValues = max(100_000, maxBody / 16)
        return limits
    }
}

package import Inference

/// A client's name for one request of an application, and what it asked for: sent again, it is not run again.
package struct IdempotencyKey: Sendable, Hashable {
    package var application: String
    /// The client's own words, at most 255 bytes.
    package var key: String
    /// SHA-256 of the request's body, 32 bytes.
    package var bodyHash: [UInt8]

    package init(application: String, key: String, bodyHash: [UInt8]) {
        self.application = application
        self.key = key
        self.bodyHash = bodyHash
    }

    var isValid: Bool { key.utf8.count <= 255 && bodyHash.count == 32 }
}

/// What became of the request that had an idempotency key first.
///
/// A request that ended without a charge frees its key, so none of these names it.
package enum IdempotencyState: Sendable, Hashable {
    case inFlight(RequestID)
    /// The HTTP status that its client got, nil after a crash; and what it cost, nil when that is unknown.
    case done(RequestID, status: Int?, cost: Money?)
    /// The key was used with another body.
    case otherBody(RequestID)
}

package import Inference

/// What a judgement is about.
package enum FeedbackTarget: Sendable, Hashable {
    case request(RequestID)
    case session(String)
}

/// A typed judgement, validated against its metric by the caller.
package struct NewFeedback: Sendable {
    /// Such as `fb_01K…`; chosen by the caller.
    package var id: String
    package var application: String
    package var key: String
    package var target: FeedbackTarget
    package var metric: String
    /// The value of a number; 0 or 1 of a boolean.
    package var number: Double?
    /// Whether `number` is a boolean's.
    package var isBoolean = false
    /// The value of a category, comment or demonstration.
    package var text: String?
    package var comment: String?
    package var source: String?
    package var author: String?
    /// When it was judged, UTC milliseconds.
    package var at: Int64
    /// When the gateway got it, UTC milliseconds.
    package var receivedAt: Int64
    /// The client's `idempotency-key` or `id`; unique for an application.
    package var idempotencyID: String?
    /// A hash of the body: the same idempotency id with another one is a conflict.
    package var bodyHash: [UInt8]
    /// The metric's window: judged later after the request than this, it is kept but marked late.
    package var windowMs: Int64?
    /// Requests older than this are no longer judged.
    package var acceptedForMs: Int64?

    package init(
        id: String, application: String, key: String, target: FeedbackTarget, metric: String, at: Int64,
        receivedAt: Int64, bodyHash: [UInt8]
    ) {
        self.id = id
        self.application = application
        self.key = key
        self.target = target
        self.metric = metric
        self.at = at
        self.receivedAt = receivedAt
        self.bodyHash = bodyHash
    }
}

/// A call that a judgement credits, copied when it was written.
package struct Attribution: Sendable, Hashable {
    package var request: RequestID
    package var identity: CallIdentity
    package var provider: String?
    package var upstreamModel: String?
    package var unitHash: [UInt8]?

    package init(
        request: RequestID, identity: CallIdentity, provider: String?, upstreamModel: String?, unitHash: [UInt8]?
    ) {
        self.request = request
        self.identity = identity
        self.provider = provider
        self.upstreamModel = upstreamModel
        self.unitHash = unitHash
    }
}

/// A stored judgement.
package struct FeedbackRow: Sendable {
    package var feedback: NewFeedback
    package var late: Bool
    /// The id of the later judgement by the same author of the same thing, if there is one.
    package var supersededBy: String?
    package var attributedTo: [Attribution]

    package init(feedback: NewFeedback, late: Bool, supersededBy: String?, attributedTo: [Attribution]) {
        self.feedback = feedback
        self.late = late
        self.supersededBy = supersededBy
        self.attributedTo = attributedTo
    }
}

/// The answer to ``LedgerWriter/addFeedback(_:)``.
package enum FeedbackResult: Sendable {
    case created(FeedbackRow)
    /// The same body under the same idempotency id: the first row.
    case existing(FeedbackRow)
    /// Another body under the same idempotency id.
    case conflict
    /// No such request or session of this application, or it is too old.
    case notFound
}

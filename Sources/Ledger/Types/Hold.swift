package import Crypto
package import Inference

/// What an attempt needs before its first byte leaves.
package struct HoldRequest: Sendable {
    package var request: RequestID
    /// Counts from 1.
    package var attempt: Int
    package var identity: CallIdentity
    package var provider: String
    /// The vendor's own model name.
    package var upstreamModel: String
    /// Nil when the target has no price.
    package var price: Price?
    /// The target is declared free: its cost is zero, not unknown.
    package var isFree: Bool
    package var quote: Quote
    /// All levels take the hold or none does. Empty for an application without budgets.
    package var lines: [BudgetLine]
    /// The moment of admission, UTC milliseconds: the charge belongs to it.
    package var at: Int64
    /// How long to wait in turn when only holds are in the way.
    package var wait: Duration
    /// Names the request, so that it is not run twice; looked at for the first attempt only.
    package var idempotency: IdempotencyKey?

    package init(
        request: RequestID, attempt: Int, identity: CallIdentity, provider: String, upstreamModel: String,
        price: Price?, isFree: Bool = false, quote: Quote, lines: [BudgetLine], at: Int64,
        wait: Duration = .seconds(2), idempotency: IdempotencyKey? = nil
    ) {
        self.request = request
        self.attempt = attempt
        self.identity = identity
        self.provider = provider
        self.upstreamModel = upstreamModel
        self.price = price
        self.isFree = isFree
        self.quote = quote
        self.lines = lines
        self.at = at
        self.wait = wait
        self.idempotency = idempotency
    }
}

/// The answer to ``LedgerWriter/admit(_:)``.
package enum AdmitResult: Sendable, Hashable {
    /// The hold is durable. The states are those after the hold, in the order of the lines.
    case held([PeriodState])
    /// `posted + quote > limit`, or the line's ceiling is reached: waiting would not help.
    ///
    /// The line that refused, and the states of all lines in order. When `posted + nano <= limit` for that line, its
    /// ceiling alone has refused.
    case exhausted(BudgetLine, [PeriodState])
    /// Only holds were in the way, for the whole wait: the line that refused, and the states of all lines in order.
    case busy(BudgetLine, [PeriodState])
    /// A request with this idempotency key was admitted before: nothing is held.
    case repeated(IdempotencyState)
    /// The ledger cannot record now.
    case unavailable(LedgerError)
    /// The task was cancelled before the hold was made: nothing is held.
    case cancelled
}

/// How an attempt ended.
package struct AttemptEnd: Sendable {
    package var request: RequestID
    package var attempt: Int
    /// Its basis decides the state: `reported` and `counted` are posted, `presumed` is charged at the hold whatever
    /// its cost says, `notBilled` is void.
    package var settlement: Settlement
    package var upstreamStatus: Int?
    package var upstreamRequestID: String?
    /// Why it failed, such as `upstream_timeout`.
    package var errorCode: String?
    package var firstByteMs: Int64?
    package var durationMs: Int64?
    /// The model that the vendor says has served.
    package var servedModel: String?
    /// The gateway cut the stream at the end of its hold.
    package var cut = false
    /// SHA-256 of the body as it was sent; nil when no byte of the request left.
    package var sentDigest: Digest?

    package init(request: RequestID, attempt: Int, settlement: Settlement) {
        self.request = request
        self.attempt = attempt
        self.settlement = settlement
    }
}

/// What was recorded of a settlement.
package struct SettleResult: Sendable, Hashable {
    /// False when the attempt had been settled before: nothing was changed.
    package var applied: Bool
    /// What the ledger charged, in the price's currency; nil for an unpriced target.
    package var cost: Money?
    /// The periods after the settlement, in the order of the hold's lines; empty when nothing was changed.
    package var periods: [PeriodState]
    /// The charge was above its hold: `overrun` grew.
    package var violation: Bool

    package init(applied: Bool, cost: Money?, periods: [PeriodState], violation: Bool) {
        self.applied = applied
        self.cost = cost
        self.periods = periods
        self.violation = violation
    }
}

/// How a request ended, seen from the client.
package struct RequestEnd: Sendable {
    package var request: RequestID
    package var identity: CallIdentity
    /// The route, such as `/v1/chat/completions`.
    package var endpoint: String
    package var outcome: Outcome
    /// The HTTP status that the client got.
    package var status: Int
    package var stream: Bool
    /// UTC milliseconds.
    package var startedAt: Int64
    package var durationMs: Int64
    package var firstByteMs: Int64?
    package var session: String?
    /// The experiment's unit, hashed; never a plain user id.
    package var unitHash: [UInt8]?
    /// The account of the user who asked, without a way back to the user.
    package var user: String?
    /// The client's own words, as it wrote them in `x-llmgw-tags`.
    package var tags: String?
    package var errorCode: String?
    /// Another target than the first one served it.
    package var fallback = false
    /// The output limit that was sent upstream.
    package var maxTokens: Int64?
    /// Whether `maxTokens` is the gateway's and not the client's own; nil: unknown, or there was none.
    package var isLimitImposed: Bool?
    /// The output limit that a budget left of the one that was asked for, in tokens.
    package var clippedTo: Int64?
    /// The model that was asked for, when a budget put another one in its place.
    package var degradedFrom: String?
    /// What cut the answer short, such as `budget`.
    package var cutBy: String?
    package var idempotencyKey: String?
    /// Budgets that had no room for it, which an alert tells once.
    package var exhausted: [BudgetLine] = []

    package init(
        request: RequestID, identity: CallIdentity, endpoint: String, outcome: Outcome, status: Int, stream: Bool,
        startedAt: Int64, durationMs: Int64
    ) {
        self.request = request
        self.identity = identity
        self.endpoint = endpoint
        self.outcome = outcome
        self.status = status
        self.stream = stream
        self.startedAt = startedAt
        self.durationMs = durationMs
    }
}

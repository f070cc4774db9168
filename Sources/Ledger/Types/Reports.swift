package import Crypto
package import Inference

/// A period as it stands.
package struct BudgetRow: Sendable, Hashable {
    package var account: Account
    package var window: BudgetWindow
    package var zone: String
    package var label: String
    /// UTC milliseconds.
    package var startsAt: Int64
    /// UTC milliseconds, exclusive.
    package var endsAt: Int64
    package var currency: Currency
    package var state: PeriodState

    package init(
        account: Account, window: BudgetWindow, zone: String, label: String, startsAt: Int64, endsAt: Int64,
        currency: Currency, state: PeriodState
    ) {
        self.account = account
        self.window = window
        self.zone = zone
        self.label = label
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.currency = currency
        self.state = state
    }
}

/// What one attempt held on one period, and what became of it.
package struct LineDetail: Sendable, Hashable {
    package var account: Account
    package var window: BudgetWindow
    package var label: String
    package var held: Money
    /// Nil while the hold is open.
    package var posted: Money?
    package var fx: FXRate?

    package init(
        account: Account, window: BudgetWindow, label: String, held: Money, posted: Money?, fx: FXRate?
    ) {
        self.account = account
        self.window = window
        self.label = label
        self.held = held
        self.posted = posted
        self.fx = fx
    }
}

/// One attempt with everything that the ledger knows of it.
package struct AttemptDetail: Sendable {
    package var attempt: Int
    package var identity: CallIdentity
    package var provider: String
    package var upstreamModel: String
    package var price: Price?
    package var isFree: Bool
    package var state: HoldState
    /// UTC milliseconds.
    package var admittedAt: Int64
    package var quote: Quote
    /// Nil while the hold is open.
    package var settlement: Settlement?
    package var upstreamStatus: Int?
    package var upstreamRequestID: String?
    package var errorCode: String?
    package var firstByteMs: Int64?
    package var durationMs: Int64?
    package var servedModel: String?
    /// How often the hold was extended.
    package var extensions = 0
    /// The gateway cut the stream at the end of its hold.
    package var cut = false
    /// SHA-256 of the body as it was sent; nil while the hold is open, after a crash, and when no byte of it left.
    package var sentDigest: Digest?
    package var lines: [LineDetail] = []
    package var adjustments: [Adjustment] = []
}

/// One request with its attempts. `end` is nil while it runs, and for a request that a crash cut off.
package struct RequestDetail: Sendable {
    package var id: RequestID
    package var end: RequestEnd?
    /// In order.
    package var attempts: [AttemptDetail]
}

/// Which requests a list shows; newest first.
package struct RequestFilter: Sendable {
    package var application: String?
    package var experiment: String?
    package var phase: Int?
    package var session: String?
    package var outcome: Outcome?
    /// UTC milliseconds of the request's start.
    package var from: Int64?
    /// UTC milliseconds, exclusive.
    package var to: Int64?
    package var limit = 100

    package init() {}
}

/// One request in a list.
package struct RequestSummary: Sendable {
    package var end: RequestEnd
    package var provider: String?
    package var upstreamModel: String?
    package var attempts: Int
    package var usage: Usage
    /// Of all its attempts, by currency.
    package var cost: [Currency: Int64]
    /// False when an attempt's price is unknown.
    package var priced: Bool
}

/// Something that the books should not show.
package struct Finding: Sendable, Hashable, CustomStringConvertible {
    /// Such as `period 3 (application support-bot, day 2026-11-21)`.
    package var place: String
    package var problem: String

    package init(place: String, problem: String) {
        self.place = place
        self.problem = problem
    }

    package var description: String { "\(place): \(problem)" }
}

package import Inference

/// A budget that has reached a share of its limit, or had no room for a call: once for each period, limit, share and kind.
package struct AlertRow: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable {
        /// What is posted and held together has reached the share.
        case held
        /// What is posted has reached it.
        case posted
        /// A call was refused or cut because what is left of the limit was less than it might have cost.
        case exhausted
    }

    package var id: Int64
    package var account: Account
    package var window: BudgetWindow
    package var label: String
    package var zone: String
    package var currency: Currency
    /// UTC milliseconds.
    package var startsAt: Int64
    /// UTC milliseconds, exclusive.
    package var endsAt: Int64
    /// The share of the limit, in millionths; of one that is exhausted all of it.
    package var ppm: Int
    package var kind: Kind
    /// The limit and the counters at that moment, in nano-units of `currency`.
    package var limit: Int64
    package var posted: Int64
    package var held: Int64
    /// What the call may have cost that was refused, in nano-units of `currency`; nil for a share.
    package var needed: Int64?
    /// UTC milliseconds.
    package var at: Int64
    /// How often its delivery was tried.
    package var tries: Int
    /// UTC milliseconds; nil while it waits for its delivery.
    package var deliveredAt: Int64?
    /// Why the last try failed.
    package var lastError: String?
    /// When somebody last asked to have it delivered again, UTC milliseconds.
    package var resentAt: Int64?

    /// What people are told, in millionths of the limit: the share that was reached, or what is posted of an exhausted one.
    package var shownPPM: Int {
        guard kind == .exhausted else { return ppm }
        return limit > 0 ? Int(clamping: Int128(posted) * 1_000_000 / Int128(limit)) : 1_000_000
    }
}

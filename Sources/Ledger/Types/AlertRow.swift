package import Inference

/// A budget that has reached a share of its limit: once for each period, share and kind.
package struct AlertRow: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable {
        /// What is posted and held together has reached the share.
        case held
        /// What is posted has reached it.
        case posted
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
    /// The share of the limit, in millionths.
    package var ppm: Int
    package var kind: Kind
    /// The limit and the counters at that moment, in nano-units of `currency`.
    package var limit: Int64
    package var posted: Int64
    package var held: Int64
    /// UTC milliseconds.
    package var at: Int64
    /// How often its delivery was tried.
    package var tries: Int
    /// UTC milliseconds; nil while it waits for its delivery.
    package var deliveredAt: Int64?
    /// Why the last try failed.
    package var lastError: String?
}

public import Inference

/// Something that happened in the gateway and that somebody may want to hear of. It has happened: nobody can stop it.
public enum GatewayEvent: Sendable, Hashable {
    /// A budget has reached a share of its limit; once for each period, limit, share and basis.
    case budgetAlert(BudgetAlert)
    /// A budget had no room for a call, which was refused or cut; once for each period and limit.
    case budgetExhausted(BudgetAlert)
    /// A provider billed more than the bound of an attempt.
    case boundViolation(RequestID, provider: String, model: String, bound: Money?, cost: Money?)
    /// Another generation serves from now on.
    case reloaded(generation: String)
    /// A reload was refused; the generation before serves on.
    case reloadRefused(reason: String)
    case ledgerUnavailable(reason: String)
    case ledgerRecovered
}

/// A budget that has reached a share of its limit, or had no room for a call.
public struct BudgetAlert: Sendable, Hashable {
    public enum Basis: String, Sendable, Hashable {
        /// What is posted and held together has reached the share: the early word.
        case held
        /// What is posted has reached it.
        case posted
        /// A call was refused or cut, because what was left was less than it might have cost.
        case exhausted
    }

    /// The same for every delivery of this alert.
    public var id: String
    /// UTC milliseconds.
    public var at: Int64
    public var account: Account
    public var window: BudgetWindow
    /// Such as `2026-11-21`.
    public var label: String
    public var zone: String
    /// UTC milliseconds.
    public var startsAt: Int64
    /// UTC milliseconds, exclusive.
    public var endsAt: Int64
    /// In millionths of the limit: the share that was reached, or, of an exhausted budget, what is posted of it.
    public var ppm: Int
    public var basis: Basis
    /// The limit and the counters at that moment.
    public var limit: Money
    public var posted: Money
    public var held: Money
    /// What the call may have cost that was refused; nil for a share.
    public var needed: Money?

    public init(
        id: String, at: Int64, account: Account, window: BudgetWindow, label: String, zone: String, startsAt: Int64,
        endsAt: Int64, ppm: Int, basis: Basis, limit: Money, posted: Money, held: Money, needed: Money? = nil
    ) {
        self.id = id
        self.at = at
        self.account = account
        self.window = window
        self.label = label
        self.zone = zone
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.ppm = ppm
        self.basis = basis
        self.limit = limit
        self.posted = posted
        self.held = held
        self.needed = needed
    }
}

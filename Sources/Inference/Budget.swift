/// Whatever a budget can stand on.
public struct Account: Sendable, Hashable {
    public enum Scope: String, Sendable, Hashable {
        case organisation, team, application, key, user, model, prompt, variant
    }

    public var scope: Scope
    public var name: String

    public init(_ scope: Scope, _ name: String) {
        self.scope = scope
        self.name = name
    }
}

/// The calendar window of a budget.
public enum BudgetWindow: String, Sendable, Hashable {
    case day, week, month, quarter, year, total
}

/// One dated exchange rate: nano-units of `quote` for one unit of `base`.
public struct FXRate: Sendable, Hashable {
    public var base: Currency
    public var quote: Currency
    /// `YYYY-MM-DD`.
    public var day: String
    public var nano: Int64
    public var source: String

    public init(base: Currency, quote: Currency, day: String, nano: Int64, source: String) {
        self.base = base
        self.quote = quote
        self.day = day
        self.nano = nano
        self.source = source
    }

    /// Returns `amount` nano-units of `base` in nano-units of `quote`, rounded up; nil when it exceeds `Int64`.
    public func convert(_ amount: Int64) -> Int64? {
        let product = Int128(amount) * Int128(nano)
        let (quotient, remainder) = product.quotientAndRemainder(dividingBy: 1_000_000_000)
        return Int64(exactly: quotient + (remainder > 0 ? 1 : 0))
    }
}

/// One budget that a hold must fit into: the period, its limit, and how much of it the hold needs.
public struct BudgetLine: Sendable, Hashable {
    public var account: Account
    public var window: BudgetWindow
    /// The IANA zone that the period's boundaries were computed in.
    public var zone: String
    /// UTC milliseconds; fixed when the period's row is made.
    public var startsAt: Int64
    /// UTC milliseconds, exclusive.
    public var endsAt: Int64
    /// Such as `2026-11-21`.
    public var label: String
    /// In the budget's currency; the truth of the running generation.
    public var limit: Money
    /// The attempt's bound in nano-units of the budget's currency.
    public var nano: Int64
    /// How the price's currency becomes the budget's; nil when they are the same.
    public var fx: FXRate?
    /// This call may fill the period only up to this much, in nano-units of the budget's currency; nil: up to the limit.
    ///
    /// A ceiling is for calls that have an alternative: what stands above it is refused at once and never waits.
    public var ceiling: Int64?
    /// False for a budget that only alerts: it never refuses and never waits.
    public var enforces: Bool
    /// The shares of the limit at which an alert is due, in millionths, ascending.
    public var alerts: [Int]
    /// Counts the generations of a process, so that one that was replaced cannot put its limit back.
    public var generation: UInt64

    public init(
        account: Account, window: BudgetWindow, zone: String, startsAt: Int64, endsAt: Int64, label: String,
        limit: Money, nano: Int64, fx: FXRate? = nil, ceiling: Int64? = nil, enforces: Bool = true,
        alerts: [Int] = [], generation: UInt64 = 0
    ) {
        self.account = account
        self.window = window
        self.zone = zone
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.label = label
        self.limit = limit
        self.nano = nano
        self.fx = fx
        self.ceiling = ceiling
        self.enforces = enforces
        self.alerts = alerts
        self.generation = generation
    }
}

/// The counters of a period, in nano-units of its currency.
public struct PeriodState: Sendable, Hashable {
    /// The period's row.
    public var id: Int64
    public var limit: Int64
    public var posted: Int64
    public var held: Int64
    /// The part of `posted` that is presumed.
    public var presumed: Int64
    /// What providers billed above the bound; never netted.
    public var overrun: Int64

    public init(id: Int64, limit: Int64, posted: Int64, held: Int64, presumed: Int64, overrun: Int64) {
        self.id = id
        self.limit = limit
        self.posted = posted
        self.held = held
        self.presumed = presumed
        self.overrun = overrun
    }

    /// What a hold could still take, at least zero.
    public var remaining: Int64 {
        let used = posted.addingClamped(held)
        return used >= limit ? 0 : limit - used
    }
}

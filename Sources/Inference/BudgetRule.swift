/// A limit on what calls cost in each window of the calendar, as the configuration states it.
public struct BudgetRule: Sendable, Hashable {
    public var subject: BudgetSubject
    public var window: BudgetWindow
    public var limit: Money
    /// An IANA name.
    public var zone: String
    /// The first day of a week, 1 (Monday)…7 (Sunday).
    public var weekStart: Int
    /// For prices in other currencies, by their day, ascending: from the price's currency to the limit's.
    public var rates: [FXRate]
    /// How many days a rate is used; then it is too old.
    public var rateDays = 7
    /// The shares of the limit at which an alert is due, in millionths, ascending.
    public var alerts: [Int] = []
    /// False for a budget that only alerts: it never refuses.
    public var enforces = true
    public var nearLimit = NearLimit()

    public init(
        _ subject: BudgetSubject, window: BudgetWindow, limit: Money, zone: String, weekStart: Int,
        rates: [FXRate] = []
    ) {
        self.subject = subject
        self.window = window
        self.limit = limit
        self.zone = zone
        self.weekStart = weekStart
        self.rates = rates
    }
}

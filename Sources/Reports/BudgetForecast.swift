import Inference
package import Ledger

/// What a budget's period will have cost at its end, and when the budget would be used up, at the rate so far.
package struct BudgetForecast: Sendable, Hashable {
    /// What will be posted at the end, in nano-units. The budget itself stops it at its limit.
    package let cost: Int64
    /// UTC milliseconds; nil when the period ends first.
    package let usedUpAt: Int64?

    /// Nil before a tenth of the period has passed, when nothing was spent, and for a period without a beginning.
    ///
    /// - Parameter now: UTC milliseconds.
    package init?(_ row: BudgetRow, now: Int64) {
        guard row.window != .total, row.startsAt < row.endsAt, row.state.posted > 0 else { return nil }
        let length = Int128(row.endsAt) - Int128(row.startsAt)
        let elapsed = min(Int128(now) - Int128(row.startsAt), length)
        guard elapsed * 10 >= length else { return nil }
        let posted = Int128(row.state.posted)
        cost = Int64(clamping: posted * length / elapsed)
        let usedUp = Int128(row.startsAt) + Int128(row.state.limit) * elapsed / posted
        usedUpAt = usedUp < Int128(row.endsAt) ? Int64(clamping: usedUp) : nil
    }
}

import CivilTime
import Inference

/// What a client is told when a budget has no room for its call.
struct BudgetRefusal {
    let line: BudgetLine
    let state: PeriodState
    /// Whether the budget is the application's alone. What several share is named without amounts.
    let isOwn: Bool

    func error(isBusy: Bool) -> GatewayError {
        var error = isBusy ? busy : exhausted
        error.budget = BudgetReference(line)
        return error
    }

    private var budget: String {
        let account = "\(line.account.scope.rawValue) '\(line.account.name)'"
        return "the \(line.window.rawValue) budget of \(account) (\(line.label), \(line.zone))"
    }

    private var busy: GatewayError {
        GatewayError(
            429, "budget_busy", "\(budget) is held by other calls under way; try again when they have ended",
            type: "rate_limit_error", retryAfter: 1)
    }

    private var exhausted: GatewayError {
        GatewayError(
            402, "budget_exceeded", "\(budget) has no room for this call\(amounts); ask for less\(wait)",
            type: "insufficient_quota", shouldRetry: false)
    }

    private var amounts: String {
        guard isOwn else { return "" }
        let left = Money(nano: max(0, state.limit.subtractingClamped(state.posted)), line.limit.currency)
        return ": it may cost up to \(Money(nano: line.nano, line.limit.currency)), \(left) of \(line.limit) is left"
    }

    private var wait: String {
        line.window == .total
            ? ", or have the limit raised" : ", or wait for the next period, from \(Timestamp.format(line.endsAt))"
    }
}

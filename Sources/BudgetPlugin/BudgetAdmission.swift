public import Inference
import Ledger
public import PluginKit

/// Holds applications to their budgets.
///
/// Before each attempt it names the periods that the attempt's bound must fit into; the ledger checks and holds them all
/// in one transaction. So what is spent never exceeds a limit, whatever runs at the same time.
public final class BudgetAdmission: AdmitPhase {
    public static let name = "budget"

    private let budgets: [String: [BudgetRule]]
    private let clock: PeriodClock

    /// Throws when a budget stands in a time zone that the system does not know.
    public init(_ environment: PluginEnvironment) throws {
        budgets = environment.budgets
        clock = try PeriodClock(zones: environment.budgets.values.joined().map(\.zone))
    }

    public func admit(_ call: Call, _ quote: Quote) async throws -> [BudgetLine] {
        guard let rules = budgets[call.identity.application], !rules.isEmpty else { return [] }
        guard let bound = quote.bound else {
            throw GatewayError(
                422, "unpriced_model",
                "\(quote.provider)/\(quote.upstreamModel) has no price, and the application has a budget",
                param: "model")
        }
        return try rules.map { try line($0, bound, call) }
    }

    private func line(_ rule: BudgetRule, _ bound: Money, _ call: Call) throws -> BudgetLine {
        let (nano, rate) = try converted(bound, for: rule, at: call.at)
        guard let line = clock.line(of: rule, at: call.at, holding: nano, fx: rate) else {
            throw GatewayError(
                503, "plugin_failed", "the budget's time zone '\(rule.zone)' has no rules", retryAfter: 60)
        }
        return line
    }

    /// The bound in the budget's currency, at the rate of the day; it is stored with the hold and used again to settle.
    private func converted(
        _ bound: Money, for rule: BudgetRule, at moment: Int64
    ) throws -> (nano: Int64, rate: FXRate?) {
        if bound.currency == rule.limit.currency || bound.nano == 0 { return (bound.nano, nil) }
        guard let rate = clock.rate(from: bound.currency, among: rule.rates, at: moment) else {
            throw GatewayError(
                503, "plugin_failed",
                "the price book has no rate from \(bound.currency) to \(rule.limit.currency) of the last 7 days",
                retryAfter: 60)
        }
        return (rate.convert(bound.nano) ?? .max, rate)
    }

    public func refusal(_ call: Call, line: BudgetLine, state: PeriodState, isBusy: Bool) -> GatewayError {
        let budget =
            "the \(line.window.rawValue) budget of \(line.account.scope.rawValue) '\(line.account.name)' (\(line.label), \(line.zone))"
        if isBusy {
            return GatewayError(
                429, "budget_busy", "\(budget) is held by other calls under way; try again when they have ended",
                type: "rate_limit_error", retryAfter: 1)
        }
        return GatewayError(
            402, "budget_exceeded",
            "\(budget) has no room for this call: it may cost up to \(Money(nano: line.nano, line.limit.currency)),"
                + " \(Money(nano: max(0, state.limit - state.posted), line.limit.currency)) of \(line.limit) is left;"
                + " ask for a shorter answer, or wait for the next period", type: "insufficient_quota",
            shouldRetry: false)
    }
}

public import Inference
import Ledger
public import PluginKit

/// Holds calls to the budgets that count them.
///
/// Before each attempt it names the periods that the attempt's bound must fit into, of all levels; the ledger checks and
/// holds them all in one transaction. So what is spent never exceeds a limit, whatever runs at the same time.
public final class BudgetAdmission: AdmitPhase {
    public static let name = "budget"

    private let budgets: [String: [BudgetRule]]
    private let edition: UInt64
    private let clock: PeriodClock

    /// Throws when a budget stands in a time zone that the system does not know.
    public init(_ environment: PluginEnvironment) throws {
        budgets = environment.budgets
        edition = environment.edition
        clock = try PeriodClock(zones: environment.budgets.values.joined().map(\.zone))
    }

    public func admit(_ call: Call, _ quote: Quote) async throws -> [BudgetDemand] {
        guard let rules = budgets[call.identity.application] else { return [] }
        var demands: [BudgetDemand] = []
        demands.reserveCapacity(rules.count)
        for rule in rules {
            guard let account = rule.subject.account(for: call) else { continue }
            demands.append(try demand(rule, account, quote, call))
        }
        return demands
    }

    private func demand(_ rule: BudgetRule, _ account: Account, _ quote: Quote, _ call: Call) throws -> BudgetDemand {
        guard let bound = quote.bound else {
            throw GatewayError(
                422, "unpriced_model",
                "\(quote.provider)/\(quote.upstreamModel) has no price, and a budget counts the call", param: "model")
        }
        let (nano, rate) = try converted(bound, for: rule, at: call.at)
        guard var line = clock.line(of: rule, account, at: call.at, holding: nano, fx: rate) else {
            throw GatewayError(
                503, "plugin_failed", "the budget's time zone '\(rule.zone)' has no rules", retryAfter: 60)
        }
        line.generation = edition
        var nearLimit = rule.nearLimit
        if call.isDegraded || nearLimit.degrade?.model == call.identity.model { nearLimit.degrade = nil }
        line.ceiling = nearLimit.degrade?.ceiling(of: rule.limit.nano)
        return BudgetDemand(
            line, nearLimit: nearLimit, isShared: !rule.subject.isOwn(by: call.identity.application))
    }

    /// The bound in the budget's currency, at the rate of the day; it is stored with the hold and used again to settle.
    private func converted(
        _ bound: Money, for rule: BudgetRule, at moment: Int64
    ) throws -> (nano: Int64, rate: FXRate?) {
        if bound.currency == rule.limit.currency || bound.nano == 0 { return (bound.nano, nil) }
        guard let rate = clock.rate(from: bound.currency, for: rule, at: moment) else {
            throw GatewayError(
                503, "exchange_rate_expired",
                "the price book has no rate from \(bound.currency) to \(rule.limit.currency) of the last \(rule.rateDays) days;"
                    + " the gateway's operator must add one under 'fx'",
                shouldRetry: false)
        }
        return (rate.convert(bound.nano) ?? .max, rate)
    }

    public func refusal(_ call: Call, line: BudgetLine, state: PeriodState, isBusy: Bool) -> GatewayError {
        BudgetRefusal(line: line, state: state, isOwn: isOwn(line.account, of: call)).error(isBusy: isBusy)
    }

    /// Whether the budget belongs to the application alone: of others it is told that they are full, not how they stand.
    private func isOwn(_ account: Account, of call: Call) -> Bool {
        let application = call.identity.application
        return budgets[application]?.contains { rule in
            rule.subject.isOwn(by: application) && rule.subject.covers(account)
        } ?? false
    }
}

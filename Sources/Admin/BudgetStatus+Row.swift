import CivilTime
package import Gateway
import Inference
package import Ledger

extension BudgetStatus {
    /// Returns the state of the configuration's budgets in the periods that hold a moment: those that applications share,
    /// then those of each application.
    ///
    /// - Parameters:
    ///   - application: only the budgets that its calls are charged to; nil for all.
    ///   - reader: nil while there is no ledger yet: nothing is charged.
    ///   - now: UTC milliseconds.
    package static func current(
        _ configuration: Configuration, application: String?, reader: LedgerReader?, at now: Int64
    ) throws -> [BudgetRow] {
        var budgets = configuration.allBudgets
        if let application {
            budgets = configuration.applications[application].map(configuration.budgets(of:)) ?? []
        }
        let rules = budgets.map { BudgetRule($0, rates: configuration.exchangeRates) }
        let clock = try PeriodClock(zones: rules.map(\.zone))
        let rows = try reader?.budgets(at: now) ?? []
        return BudgetStatus.all(rules, rows: rows, clock: clock, at: now).map(\.row)
    }

    private var row: BudgetRow {
        BudgetRow(
            account: account, window: rule.window, zone: rule.zone, label: period.label, startsAt: period.startsAt,
            endsAt: period.endsAt, currency: rule.limit.currency, state: state)
    }
}

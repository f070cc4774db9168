import CivilTime
package import Gateway
import Inference
package import Ledger

extension BudgetStatus {
    /// Returns the state of the configuration's budgets in the periods that hold a moment, by application.
    ///
    /// - Parameters:
    ///   - application: one alone; nil for all.
    ///   - reader: nil while there is no ledger yet: nothing is charged.
    ///   - now: UTC milliseconds.
    package static func current(
        _ configuration: Configuration, application: String?, reader: LedgerReader?, at now: Int64
    ) throws -> [BudgetRow] {
        let applications = configuration.applications.values.filter { application == nil || $0.name == application }
        let rules = applications.sorted { $0.name < $1.name }.flatMap { application in
            application.budgets.map {
                BudgetRule($0, of: application.name, rates: configuration.exchangeRates)
            }
        }
        let clock = try PeriodClock(zones: rules.map(\.zone))
        let rows = try reader?.budgets(application: application, at: now) ?? []
        return BudgetStatus.all(rules, rows: rows, clock: clock, at: now).map(\.row)
    }

    private var row: BudgetRow {
        BudgetRow(
            account: rule.account, window: rule.window, zone: rule.zone, label: period.label,
            startsAt: period.startsAt, endsAt: period.endsAt, currency: rule.limit.currency, state: state)
    }
}

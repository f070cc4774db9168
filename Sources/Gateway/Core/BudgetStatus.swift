package import CivilTime
package import Inference
package import Ledger

/// A budget of one account in the period that holds a moment, and what became of it so far.
package struct BudgetStatus: Sendable {
    package var rule: BudgetRule
    package var account: Account
    package var period: CalendarPeriod
    /// All zero, but for the limit, when nothing was charged in the period.
    package var state: PeriodState

    /// Returns the states of each rule's accounts at `moment`, in the order of the rules, then of the accounts' names.
    ///
    /// Of a rule that gives each of many a budget, those that something was charged to.
    ///
    /// - Parameter rows: of the periods that hold the moment.
    package static func all(
        _ rules: [BudgetRule], rows: [BudgetRow], clock: PeriodClock, at moment: Int64
    ) -> [BudgetStatus] {
        rules.flatMap { rule -> [BudgetStatus] in
            guard let period = clock.period(of: rule, at: moment) else { return [] }
            let charged = rows.filter { rule.counts(in: $0, period) }
            if let account = rule.subject.account {
                return [BudgetStatus(rule, account, period, charged.first)]
            }
            return charged.map { BudgetStatus(rule, $0.account, period, $0) }.sorted {
                $0.account.name < $1.account.name
            }
        }
    }

    /// - Parameter row: nil when nothing was charged in the period.
    init(_ rule: BudgetRule, _ account: Account, _ period: CalendarPeriod, _ row: BudgetRow?) {
        self.rule = rule
        self.account = account
        self.period = period
        state = row?.state ?? PeriodState(id: 0, limit: 0, posted: 0, held: 0, presumed: 0, overrun: 0)
        state.limit = rule.limit.nano
    }
}

extension BudgetRule {
    /// Whether the row is one of the rule's accounts in the period.
    func counts(in row: BudgetRow, _ period: CalendarPeriod) -> Bool {
        row.window == window && row.startsAt == period.startsAt && row.zone == zone && row.currency == limit.currency
            && subject.covers(row.account)
    }
}

import Inference
import Ledger

/// The budgets that costs are shares of.
struct CostBudgets: Sendable {
    /// The place in a row's key of the account that has the budgets.
    private let place: Int
    private let scope: Account.Scope
    private let rows: [String: [BudgetRow]]

    /// What rows can be the account of, by the group that names it.
    private static let scopes: [CostGroup: Account.Scope] = [
        .application: .application, .team: .team, .key: .key, .model: .model, .prompt: .prompt,
    ]

    /// Nil when no group is an account, or no budget is there.
    ///
    /// Unless shares were asked for, only the budgets of applications alone count whose period is the window.
    ///
    /// - Parameter budgets: all whose period has the beginning of the window in it.
    init?(_ request: CostRequest, _ budgets: [BudgetRow]) {
        let place = request.by.firstIndex { CostBudgets.scopes[$0] != nil }
        guard let place, let scope = CostBudgets.scopes[request.by[place]] else { return nil }
        guard request.sharesBudgets || request.by == [.application] else { return nil }
        self.place = place
        self.scope = scope
        let window = request.window
        let matching = budgets.filter { row in
            guard row.account.scope == scope, row.startsAt <= window.from, row.endsAt >= window.to else { return false }
            return request.sharesBudgets || (row.startsAt == window.from && row.endsAt == window.to)
        }
        guard request.sharesBudgets || !matching.isEmpty else { return nil }
        rows = Dictionary(grouping: matching, by: \.account.name)
    }

    /// The budget of a row's account and currency: of the shortest period, and the least of those.
    func budget(of key: [String?]?, _ currency: Currency?) -> BudgetRow? {
        guard let key, place < key.count, let named = key[place] else { return nil }
        // A prompt's budget is that of all its versions.
        let name = scope == .prompt ? String(named.prefix { $0 != "@" }) : named
        return rows[name]?.filter { $0.currency == currency }.min {
            ($0.endsAt - $0.startsAt, $0.state.limit) < ($1.endsAt - $1.startsAt, $1.state.limit)
        }
    }
}

import Inference
import Ledger

/// A figure in money, or made from money, under the name that JSON and CSV share.
struct CostMoney: Sendable {
    /// Of a row, in one of its currencies; nil where there is none.
    typealias Value = @Sendable (CostEntry, CostAmount) -> String?

    let name: String
    let value: Value

    init(_ name: String, _ value: @escaping Value) {
        self.name = name
        self.value = value
    }

    /// What every report has.
    static let always = [
        CostMoney("cost") { _, amount in amount.cost.map { Money.decimal(nano: $0) } },
        CostMoney("presumed") { _, amount in Money.decimal(nano: amount.presumed) },
    ]
}

extension CostDocument {
    /// What was asked for beyond ``CostMoney/always``, in the order of the columns.
    var extras: [CostMoney] {
        var extras: [CostMoney] = []
        if request.showsCorrections {
            extras.append(CostMoney("corrections") { _, amount in Money.decimal(nano: amount.corrections) })
        }
        if request.previous != nil {
            extras += [
                CostMoney("previous_cost") { _, amount in amount.previous.map { Money.decimal(nano: $0) } },
                CostMoney("change") { _, amount in amount.change.map { Money.decimal(nano: $0) } },
                CostMoney("change_percent") { _, amount in amount.changePermille.map(Figures.tenths) },
            ]
        }
        if request.forecasts {
            extras += [
                CostMoney("forecast_cost") { _, amount in amount.projection.map { Money.decimal(nano: $0.cost) } },
                CostMoney("forecast_low") { _, amount in amount.projection.map { Money.decimal(nano: $0.low) } },
                CostMoney("forecast_high") { _, amount in amount.projection.map { Money.decimal(nano: $0.high) } },
            ]
        }
        if request.sharesBudgets {
            let budgets = budgets
            extras += [
                CostMoney("budget") { entry, amount in
                    budgets?.budget(of: entry.key, amount.currency).map { Money.decimal(nano: $0.state.limit) }
                },
                CostMoney("budget_window") { entry, amount in
                    budgets?.budget(of: entry.key, amount.currency)?.window.rawValue
                },
                CostMoney("budget_percent") { entry, amount in
                    guard let budget = budgets?.budget(of: entry.key, amount.currency), let cost = amount.cost
                    else { return nil }
                    return Figures.permille(cost, of: budget.state.limit).map(Figures.tenths)
                },
            ]
        }
        return extras
    }
}

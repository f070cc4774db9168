import Inference
import Ledger

extension CostDocument {
    /// One line for each group and currency, with JSON's names and no total.
    ///
    /// The counts of a group stand in its first line, and zeros in the others, so that columns add up.
    package var csv: String {
        let money = CostMoney.always + extras
        var csv = CSV()
        csv.line(
            request.by.map(\.rawValue) + CostCount.all.map(\.name) + ["unpriced_requests", "currency"]
                + money.map(\.name))
        for entry in entries {
            for (index, amount) in entry.amounts.enumerated() {
                let counts = CostCount.all.map { $0.value(entry.figures) } + [entry.figures.unpricedRequests]
                csv.line(
                    (entry.key ?? []).map { $0.map(CSV.name) ?? "" } + counts.map { index == 0 ? String($0) : "0" }
                        + [amount.currency?.code ?? ""] + money.map { $0.value(entry, amount) ?? "" })
            }
        }
        return csv.text
    }
}

import Inference
import Ledger

extension CostDocument {
    /// One line for each group and currency, with JSON's names and no total.
    ///
    /// The counts of a group stand in its first line, and zeros in the others, so that columns add up.
    package var csv: String {
        var csv = CSV()
        csv.line(
            request.by.map(\.rawValue) + CostCount.all.map(\.name)
                + ["unpriced_requests", "currency", "cost", "presumed"])
        for row in report.rows {
            for (index, amount) in CostAmount.all(row.figures).enumerated() {
                let counts = CostCount.all.map { $0.value(row.figures) } + [row.figures.unpricedRequests]
                csv.line(
                    row.key.map { $0.map(CSV.name) ?? "" } + counts.map { index == 0 ? String($0) : "0" }
                        + [
                            amount.currency?.code ?? "", amount.cost.map { Money.decimal(nano: $0) } ?? "",
                            Money.decimal(nano: amount.presumed),
                        ])
            }
        }
        return csv.text
    }
}

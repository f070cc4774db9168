import Inference
import Ledger

extension CostDocument {
    /// One line for each group and currency, with JSON's names and no total; each with the counts of its own calls, so
    /// that columns add up.
    package var csv: String {
        let money = CostMoney.always + extras
        var csv = CSV(request.dialect)
        csv.line(
            request.by.map(\.rawValue) + CostCount.all.map(\.name) + ["unpriced_requests", "currency"]
                + money.map(\.name))
        for entry in entries {
            for (figures, amount) in entry.parts {
                let counts = CostCount.all.map { $0.value(figures) } + [figures.unpricedRequests]
                csv.line(
                    (entry.key ?? []).map { $0.map(CSV.name) ?? "" } + counts.map { String($0) }
                        + [amount.currency?.code ?? ""] + money.map { csv.figure($0.value(entry, amount) ?? "") })
            }
        }
        return csv.text
    }
}

import Inference
import Ledger

/// A column of the table of costs.
struct CostColumn {
    let title: String
    let alignment: Column.Alignment
    let cell: (CostLine) -> String

    init(_ title: String, _ alignment: Column.Alignment, _ cell: @escaping (CostLine) -> String) {
        self.title = title
        self.alignment = alignment
        self.cell = cell
    }

    /// What a narrow terminal can do without, in this order.
    static let leastFirst = [
        "reasoning", "cache write", "cached input", "image input", "audio input", "audio output", "attempts", "refused",
        "budget", "input", "output",
    ]

    static func key(_ key: CostKey, at index: Int) -> CostColumn {
        CostColumn(key.rawValue, .left) { line in
            guard let values = line.key else { return index == 0 && line.isFirst ? "total" : "" }
            return line.isFirst ? values[index] ?? "–" : ""
        }
    }

    /// The classes that most reports do not need are shown when there is anything in them.
    static func counts(_ total: CostFigures) -> [CostColumn] {
        let always = ["requests", "input_tokens", "output_tokens"]
        return CostCount.all.filter { count in
            if count.name == "attempts" { return total.attempts != total.requests }
            return always.contains(count.name) || count.value(total) != 0
        }.map { count in
            let title = count.name.replacing("_tokens", with: "").replacing("_", with: " ")
            return CostColumn(title, .right) { $0.isFirst ? Figures.count(count.value($0.figures)) : "" }
        }
    }

    static func money(_ total: CostFigures) -> [CostColumn] {
        let currencies = CostDocument.currencies(of: total)
        let unit = currencies.count == 1 ? " \(currencies[0])" : ""
        var columns = [CostColumn("cost\(unit)", .right) { $0.amount.cost.map(Figures.money) ?? "unpriced" }]
        if total.presumed.values.contains(where: { $0 != 0 }) {
            columns.append(CostColumn("presumed", .right) { Figures.money($0.amount.presumed) })
        }
        if total.unpricedRequests > 0 {
            columns.append(
                CostColumn("unpriced", .right) { $0.isFirst ? Figures.count($0.figures.unpricedRequests) : "" })
        }
        if currencies.count > 1 { columns.append(CostColumn("currency", .left) { $0.amount.currency?.code ?? "" }) }
        return columns
    }
}

import Inference
import Ledger

/// A column of the table of costs.
struct CostColumn {
    let column: Column
    let cell: (CostLine) -> String

    init(
        _ title: String, _ alignment: Column.Alignment, isShortened: Bool = false,
        colour: (@Sendable (String) -> TableColour?)? = nil, _ cell: @escaping (CostLine) -> String
    ) {
        let place = CostColumn.leastFirst.firstIndex(of: title)
        column = Column(
            title, alignment, spare: place.map { CostColumn.leastFirst.count - $0 }, isShortened: isShortened,
            colour: colour)
        self.cell = cell
    }

    /// What a narrow terminal can do without, in this order.
    private static let leastFirst =
        ["reasoning"] + BillingClass.all.filter { $0 != .input && $0 != .output }.reversed().map(title) + [
            "attempts", "refused", "budget", "input", "output", "previous", "requests", "low", "high",
            "corrections", "unpriced", "presumed", "change",
        ]

    private static func title(_ billingClass: BillingClass) -> String { billingClass.name.replacing("_", with: " ") }

    static func key(_ group: CostGroup, at index: Int) -> CostColumn {
        CostColumn(group.rawValue.replacing("_", with: " "), .left, isShortened: !group.isTime) { line in
            guard let values = line.entry.key else { return index == 0 && line.isFirst ? "total" : "" }
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
            return CostColumn(title, .right) { $0.hasCounts ? Figures.count(count.value($0.figures)) : "" }
        }
    }

    static func money(_ total: CostEntry) -> [CostColumn] {
        let currencies = CostEntry.currencies(of: total.figures, total.previous)
        let unit = currencies.count == 1 ? " \(currencies[0])" : ""
        var columns = [CostColumn("cost\(unit)", .right) { $0.amount.cost.map(Figures.money) ?? "unpriced" }]
        if total.figures.presumed.values.contains(where: { $0 != 0 }) {
            columns.append(CostColumn("presumed", .right) { Figures.money($0.amount.presumed) })
        }
        if total.figures.unpricedRequests > 0 {
            columns.append(
                CostColumn("unpriced", .right) { $0.hasCounts ? Figures.count($0.figures.unpricedRequests) : "" })
        }
        if currencies.count > 1 { columns.append(CostColumn("currency", .left) { $0.amount.currency?.code ?? "" }) }
        return columns
    }

    static var corrections: CostColumn {
        CostColumn("corrections", .right) { Figures.change($0.amount.corrections) }
    }

    static var comparison: [CostColumn] {
        [
            CostColumn("previous", .right) { $0.amount.previous.map(Figures.money) ?? "–" },
            CostColumn("change", .right) { $0.amount.change.map(Figures.change) ?? "–" },
            CostColumn("change %", .right) { line in
                guard let change = line.amount.changePermille else {
                    return line.amount.previous == 0 && line.amount.change ?? 0 != 0 ? "new" : "–"
                }
                return (change > 0 ? "+" : "") + Figures.tenths(change)
            },
        ]
    }

    static var forecast: [CostColumn] {
        [
            CostColumn("forecast", .right) { $0.amount.projection.map { Figures.money($0.cost) } ?? "–" },
            CostColumn("low", .right) { $0.amount.projection.map { Figures.money($0.low) } ?? "–" },
            CostColumn("high", .right) { $0.amount.projection.map { Figures.money($0.high) } ?? "–" },
        ]
    }
}

/// What one line of the table is made from.
struct CostLine {
    let entry: CostEntry
    /// The counts of the line's own calls.
    let figures: CostFigures
    let amount: CostAmount
    /// Names stand in the first line of a group alone.
    let isFirst: Bool
    /// Where calls are not told apart by currency, the first line has all counts.
    let hasCounts: Bool
}

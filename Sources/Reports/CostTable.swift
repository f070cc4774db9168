import CivilTime
import Inference
import Ledger

extension CostDocument {
    /// A page for finance: who, how much of what, and what it cost; the total last, and below it what to know.
    ///
    /// - Parameter width: columns of the terminal; figures that matter least are left out to fit it. Nil: all are shown.
    package func table(width: Int? = nil) -> String {
        let heading = "Costs of \(request.window.label) (\(request.window.zone.name))"
        guard !report.rows.isEmpty else { return "\(heading)\n\nNothing was asked for in this time.\n" }
        var columns = allColumns
        var left: [String] = []
        for title in CostColumn.leastFirst {
            guard let width, lines(columns).width > width else { break }
            guard columns.contains(where: { $0.title == title }) else { continue }
            columns.removeAll { $0.title == title }
            left.append(title)
        }
        return "\(heading)\n\n\(lines(columns).text)\(notes(left))"
    }

    private var allColumns: [CostColumn] {
        let keys = request.by.enumerated().map { index, key in CostColumn.key(key, at: index) }
        let budgets = request.by == [.application] && !self.budgets.isEmpty ? [budgetColumn, shareColumn] : []
        return keys + CostColumn.counts(report.total) + CostColumn.money(report.total) + budgets
    }

    private func lines(_ columns: [CostColumn]) -> TextTable {
        let rows = report.rows.flatMap { row in
            CostAmount.all(row.figures).enumerated().map { index, amount in
                CostLine(key: row.key, figures: row.figures, amount: amount, isFirst: index == 0)
            }
        }
        let total = CostAmount.all(report.total).enumerated().map { index, amount in
            CostLine(key: nil, figures: report.total, amount: amount, isFirst: index == 0)
        }
        return TextTable(
            columns.map { Column($0.title, $0.alignment) }, rows: rows.map { line in columns.map { $0.cell(line) } },
            totals: total.map { line in columns.map { $0.cell(line) } })
    }

    // MARK: Shares of budgets

    /// The budget of a line's application and currency that is used up most.
    private func budget(of line: CostLine) -> BudgetRow? {
        guard let application = line.key?.first ?? nil, let currency = line.amount.currency else { return nil }
        return budgets[application]?.filter { $0.currency == currency }.min { $0.state.limit < $1.state.limit }
    }

    private var budgetColumn: CostColumn {
        CostColumn("budget", .right) { line in self.budget(of: line).map { Figures.money($0.state.limit) } ?? "" }
    }

    private var shareColumn: CostColumn {
        CostColumn("share", .right) { line in
            guard let budget = self.budget(of: line), let cost = line.amount.cost else { return "" }
            return Figures.share(cost, of: budget.state.limit) ?? ""
        }
    }

    // MARK: Notes

    private func notes(_ left: [String]) -> String {
        var notes: [String] = []
        if !report.complete { notes.append("Calls of this time are still under way: figures can rise.") }
        if report.total.presumed.values.contains(where: { $0 != 0 }) {
            notes.append(
                "Presumed is a part of the cost: calls whose end is unknown, charged at the most they can have cost.")
        }
        if report.total.unpricedRequests > 0 {
            notes.append("Unpriced calls have no price in the price book; what they cost is in no figure here.")
        }
        if !left.isEmpty {
            notes.append("Left out for width: \(left.joined(separator: ", ")); a pipe or --format csv has them.")
        }
        return notes.isEmpty ? "" : "\n" + notes.map { $0 + "\n" }.joined()
    }
}

/// What one line of the table is made from.
struct CostLine {
    /// Nil for the total.
    let key: [String?]?
    let figures: CostFigures
    let amount: CostAmount
    /// Counts stand in the first line of a group alone.
    let isFirst: Bool
}

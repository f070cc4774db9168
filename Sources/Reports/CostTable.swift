import CivilTime
import Inference
import Ledger

extension CostDocument {
    /// A page for finance: who, how much of what, and what it cost; the total last, and below it what to know.
    ///
    /// - Parameter width: columns of the terminal; figures that matter least are left out to fit it. Nil: all are shown.
    package func table(width: Int? = nil) -> String {
        let heading = "Costs of \(request.window.label) (\(request.window.zone.name))"
        guard !entries.isEmpty else { return "\(heading)\n\nNothing was asked for in this time.\n" }
        // Bars are for eyes alone, and for those that have the room.
        let bars = width.map { lines(allColumns(bars: true)).width <= $0 } ?? false
        var columns = allColumns(bars: bars)
        var left: [String] = []
        for title in CostColumn.leastFirst {
            guard let width, lines(columns).width > width else { break }
            guard columns.contains(where: { $0.title == title }) else { continue }
            columns.removeAll { $0.title == title }
            left.append(title)
        }
        return "\(heading)\n\n\(lines(columns).text)\(notes(left))"
    }

    private func allColumns(bars: Bool) -> [CostColumn] {
        var columns = request.by.enumerated().map { index, group in CostColumn.key(group, at: index) }
        columns += CostColumn.counts(report.total) + CostColumn.money(total)
        if request.previous != nil { columns += CostColumn.comparison }
        if forecast?.status == .projected { columns += CostColumn.forecast }
        if budgets != nil { columns += [budgetColumn, shareColumn(bars: bars)] }
        return columns
    }

    private func lines(_ columns: [CostColumn]) -> TextTable {
        func lines(of entry: CostEntry) -> [[String]] {
            entry.amounts.enumerated().map { index, amount in
                columns.map { $0.cell(CostLine(entry: entry, amount: amount, isFirst: index == 0)) }
            }
        }
        return TextTable(
            columns.map { Column($0.title, $0.alignment) }, rows: entries.flatMap(lines(of:)), totals: lines(of: total))
    }

    // MARK: Shares of budgets

    private var nothing: String { request.sharesBudgets ? "–" : "" }

    private var budgetColumn: CostColumn {
        CostColumn("budget", .right) { line in
            guard line.entry.key != nil else { return "" }
            let budget = self.budgets?.budget(of: line.entry.key, line.amount.currency)
            return budget.map { Figures.money($0.state.limit) } ?? self.nothing
        }
    }

    private func shareColumn(bars: Bool) -> CostColumn {
        CostColumn("share", .right) { line in
            guard line.entry.key != nil else { return "" }
            guard let budget = self.budgets?.budget(of: line.entry.key, line.amount.currency),
                let cost = line.amount.cost, let share = Figures.share(cost, of: budget.state.limit)
            else { return self.nothing }
            return bars ? "\(Figures.bar(cost, of: budget.state.limit)) \(share)" : share
        }
    }

    // MARK: Notes

    private func notes(_ left: [String]) -> String {
        var notes: [String] = []
        if report.isOpen { notes.append("Calls of this time are still under way: figures can rise.") }
        if report.total.presumed.values.contains(where: { $0 != 0 }) {
            notes.append(
                "Presumed is a part of the cost: calls whose end is unknown, charged at the most they can have cost.")
        }
        if report.total.unpricedRequests > 0 {
            notes.append("Unpriced calls have no price in the price book; what they cost is in no figure here.")
        }
        notes += gapNotes + comparisonNotes + forecastNotes
        if !left.isEmpty {
            notes.append("Left out for width: \(left.joined(separator: ", ")); a pipe or --format csv has them.")
        }
        return notes.isEmpty ? "" : "\n" + notes.map { $0 + "\n" }.joined()
    }

    private var comparisonNotes: [String] {
        guard let window = request.previous else { return [] }
        let end = Timestamp.format(window.to)
        var notes = ["Previous is \(window.label), up to \(end)."]
        if window.isWhole, request.now < request.window.to {
            notes.append("This window is not over, and all of the one before is; --compare elapsed takes equal parts.")
        }
        if request.by.contains(where: \.isTime) { notes.append("Rows of days, weeks and months have no previous.") }
        return notes
    }

    private var forecastNotes: [String] {
        guard let forecast else { return [] }
        switch forecast.status {
        case .over: return ["There is no forecast: this window is over."]
        case .tooEarly:
            return ["It is too early for a forecast: that takes a tenth of the window and three whole days."]
        case .projected:
            let percent = Figures.tenths(Int128(forecast.elapsedPermille))
            return [
                "Forecast: the rate so far goes on (\(percent) % of the window has passed); four times in five it ends "
                    + "between low and high."
            ]
        }
    }
}

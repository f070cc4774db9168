import CivilTime
import Inference
import Ledger

extension CostDocument {
    /// A page for finance: who, how much of what, and what it cost; the total last, and below it what to know.
    ///
    /// On a narrow terminal the figures that matter least are left out.
    package func table(_ view: TableView = .plain) -> String {
        let moment = request.asOfDay.map { ", as of \($0)" } ?? ""
        let heading = "Costs of \(request.window.label) (\(request.window.zone.name)\(moment))"
        guard !entries.isEmpty else { return "\(heading)\n\nNothing was asked for in this time.\n" }
        // Bars are for eyes alone, and for those that have the room.
        let bars = view.width.map { lines(allColumns(bars: true)).width <= $0 } ?? false
        return "\(heading)\n\n\(lines(allColumns(bars: bars)).text(for: view, all: "--format csv"))\(notes(view))"
    }

    private func allColumns(bars: Bool) -> [CostColumn] {
        var columns = request.by.enumerated().map { index, group in CostColumn.key(group, at: index) }
        columns += CostColumn.counts(report.total) + CostColumn.money(total)
        if request.showsCorrections { columns.append(CostColumn.corrections) }
        if request.previous != nil { columns += CostColumn.comparison }
        if forecast?.status == .projected { columns += CostColumn.forecast }
        if budgets != nil { columns += [budgetColumn, shareColumn(bars: bars)] }
        return columns
    }

    private func lines(_ columns: [CostColumn]) -> TextTable {
        func lines(of entry: CostEntry) -> [[String]] {
            entry.parts.enumerated().map { index, part in
                let line = CostLine(
                    entry: entry, figures: part.figures, amount: part.amount, isFirst: index == 0,
                    hasCounts: index == 0 || !entry.split.isEmpty)
                return columns.map { $0.cell(line) }
            }
        }
        return TextTable(
            columns.map(\.column), rows: entries.flatMap(lines(of:)), totals: lines(of: total))
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
        CostColumn("share", .right, colour: TableColour.ofShare) { line in
            guard line.entry.key != nil else { return "" }
            guard let budget = self.budgets?.budget(of: line.entry.key, line.amount.currency),
                let cost = line.amount.cost, let share = Figures.share(cost, of: budget.state.limit)
            else { return self.nothing }
            return bars ? "\(Figures.bar(cost, of: budget.state.limit)) \(share)" : share
        }
    }

    // MARK: Notes

    private func notes(_ view: TableView) -> String {
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
        if request.showsCorrections { notes.append("Corrections are a part of the cost.") }
        return notes.isEmpty ? "" : "\n" + notes.map { TextTable.wrapped($0, view) }.joined()
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

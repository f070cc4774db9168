package import Ledger

/// Charges in the columns of FOCUS 1.2 or 1.3, the FinOps Open Cost and Usage Specification, as CSV.
///
/// A row is a day's tokens of one class or its pieces of one kind, of one application, key, model and prompt, at one price. What is presumed or
/// corrected has no quantity, and rows of its own. The sum of `BilledCost` is the cost that other formats report.
package struct FocusDocument: Sendable {
    let rows: [FocusRow]
    private let columns: [FocusColumn]
    /// What the rows cannot say; a sentence each.
    package let notes: [String]

    /// Reads the charges from a ledger, one by one. Blocks for as long as that takes.
    package init(_ request: CostRequest, from reader: LedgerReader) throws(LedgerError) {
        var sum = FocusSum(request.window)
        let end = try reader.charges(
            request.query, charge: { sum.add($0) }, correction: { sum.add($0) }, removed: { sum.add($0) })
        self.init(
            request.window, sum, open: end.open, gaps: end.gaps,
            columns: request.format == .focus13 ? FocusColumn.version13 : FocusColumn.version12)
    }

    init(
        _ window: ReportWindow, _ sum: FocusSum, open: Int64, gaps: [Range<Int64>] = [],
        columns: [FocusColumn] = FocusColumn.version12
    ) {
        self.columns = columns
        let calendar = FocusCalendar(window)
        let used = sum.usage.flatMap { calendar.rows($0.key, $0.value.usage, $0.value.cost) }
        let others = sum.others.map { calendar.row($0.key, $0.value) }
        rows = (used + others).sorted { $0.precedes($1) }
        var notes: [String] = []
        if open > 0 { notes.append("charges that are yet to come, of calls that are still under way: \(open)") }
        if sum.unpriced > 0 {
            notes.append(
                "calls without a price in the price book: \(sum.unpriced); they are in no row, for FOCUS has no 'unknown'"
            )
        }
        self.notes = notes + CostGapText.notes(gaps)
    }

    package var csv: String {
        var csv = CSV()
        csv.line(columns.map(\.name))
        for row in rows {
            csv.line(columns.map { $0.cell(row) })
        }
        return csv.text
    }
}

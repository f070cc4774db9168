import Inference
import JSON
package import Ledger

/// An answered question about costs, ready to be written as a table, CSV or JSON.
package struct CostDocument: Sendable {
    let request: CostRequest
    let report: CostReport
    /// Of the window before; nil when nobody asked.
    let previous: CostReport?
    /// Nil when nobody asked.
    let forecast: Forecast?
    let budgets: CostBudgets?
    /// By key: groups of both windows.
    let entries: [CostEntry]
    let total: CostEntry

    /// - Parameters:
    ///   - report: by the keys of the request's query.
    ///   - previous: by the same keys.
    ///   - daily: the report's rows by those keys and the day, for a forecast.
    ///   - budgets: all that may cover the window; those that do not are left out.
    package init(
        _ request: CostRequest, _ report: CostReport, previous: CostReport? = nil, daily: CostReport? = nil,
        budgets: [BudgetRow] = []
    ) {
        let report = report.grouped(by: request.by)
        self.request = request
        self.report = report
        self.previous = previous
        self.budgets = CostBudgets(request, budgets)
        forecast = request.forecasts ? Forecast(request.window, now: request.now) : nil
        let outlook = forecast.flatMap { forecast in daily.map { Outlook(forecast, request, $0) } }
        let hasTime = request.by.contains(where: \.isTime)
        let before = hasTime ? nil : previous?.grouped(by: request.by)
        entries = CostDocument.merged(report.rows, before?.rows).map { entry in
            var entry = entry
            entry.projections = hasTime ? [:] : outlook?.projections(of: entry) ?? [:]
            entry.isOfOneCurrency = request.currency != nil
            return entry
        }
        var total = CostEntry(key: nil, figures: report.total, previous: previous?.total)
        total.projections = outlook?.projections(of: total) ?? [:]
        self.total = total
    }

    /// Reads the answer from a ledger. Blocks for as long as the report takes.
    package init(_ request: CostRequest, from reader: LedgerReader) throws(LedgerError) {
        var previous: CostReport?
        if let window = request.previous {
            previous = try reader.costs(request.query(of: window, by: CostGroup.keys(request.by)))
        }
        var daily: CostReport?
        if request.forecasts {
            let keys = CostGroup.keys(request.by)
            daily = try reader.costs(
                request.query(of: request.window, by: keys.contains(.day) ? keys : keys + [.day]))
        }
        self.init(
            request, try reader.costs(request.query), previous: previous, daily: daily,
            budgets: try reader.budgets(at: request.window.from))
    }

    /// The rows of both windows, each key once; without a window before, those of this one.
    private static func merged(_ rows: [CostRow], _ before: [CostRow]?) -> [CostEntry] {
        guard let before else { return rows.map { CostEntry(key: $0.key, figures: $0.figures) } }
        var left = Dictionary(uniqueKeysWithValues: before.map { ($0.key, $0.figures) })
        var entries = rows.map { row in
            CostEntry(
                key: row.key, figures: row.figures, previous: left.removeValue(forKey: row.key) ?? CostFigures())
        }
        entries += left.map { CostEntry(key: $0.key, figures: CostFigures(), previous: $0.value) }
        return entries.sorted { CostReport.precedes($0.key ?? [], $1.key ?? []) }
    }

    /// The one currency of the report, or nil when there is none, or several.
    var currency: Currency? {
        if let asked = request.currency { return asked }
        return currencies.count == 1 ? currencies[0] : nil
    }

    /// By their code.
    var currencies: [Currency] { CostEntry.currencies(of: total.figures, total.previous) }

    /// The bytes in the format that was asked for; a table for `focus`, which ``FocusDocument`` writes.
    ///
    /// - Parameter width: columns of the terminal; nil when there is none.
    package func bytes(width: Int? = nil) -> [UInt8] {
        switch request.format {
        case .table, .focus: Array(table(width: width).utf8)
        case .csv: Array(csv.utf8)
        case .json: json.bytes + [UInt8(ascii: "\n")]
        }
    }
}

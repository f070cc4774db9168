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
    ///   - currencies: the report's rows by those keys and the currency, where there are several.
    ///   - budgets: all that may cover the window; those that do not are left out.
    package init(
        _ request: CostRequest, _ report: CostReport, previous: CostReport? = nil, daily: CostReport? = nil,
        budgets: [BudgetRow] = [], currencies: CostReport? = nil
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
        let split = CostDocument.split(currencies, by: request.by)
        let merged = CostDocument.merged(report.rows, before?.rows).map { entry in
            var entry = entry
            entry.split = entry.key.flatMap { split[$0] } ?? [:]
            entry.projections = hasTime ? [:] : outlook?.projections(of: entry) ?? [:]
            entry.isOfOneCurrency = request.currency != nil
            return entry
        }
        entries = request.sort.sorted(merged)
        var total = CostEntry(key: nil, figures: report.total, previous: previous?.total)
        total.split = split.values.reduce(into: [:]) { sums, figures in
            for (currency, more) in figures { sums[currency, default: CostFigures()].add(more) }
        }
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
        let report = try reader.costs(request.query)
        let isMixed = Set(report.total.cost.keys).count > 1
        self.init(
            request, report, previous: previous, daily: daily, budgets: try reader.budgets(at: request.window.from),
            currencies: isMixed
                ? try reader.costs(request.query(of: request.window, by: CostGroup.keys(request.by) + [.currency]))
                : nil)
    }

    /// The figures of each group by currency.
    private static func split(_ report: CostReport?, by groups: [CostGroup]) -> [[String?]: [Currency?: CostFigures]] {
        var split: [[String?]: [Currency?: CostFigures]] = [:]
        let places = groups.compactMap { CostGroup.keys(groups).firstIndex(of: $0.key) }
        for row in report?.rows ?? [] {
            let key = zip(groups, places).map { group, place in group.value(row.key[place]) }
            let currency = row.key.last.flatMap(\.self).flatMap { Currency($0) }
            split[key, default: [:]][currency, default: CostFigures()].add(row.figures)
        }
        return split
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

    /// The bytes in the format that was asked for; a table for exports, which ``FocusDocument`` writes.
    ///
    package func bytes(_ view: TableView = .plain) -> [UInt8] {
        switch request.format {
        case .table, .focus, .focus13: Array(table(view).utf8)
        case .csv: Array(csv.utf8)
        case .json: json.bytes + [UInt8(ascii: "\n")]
        }
    }
}

import Inference
import JSON
package import Ledger

/// An answered question about costs, ready to be written as a table, CSV or JSON.
package struct CostDocument: Sendable {
    let request: CostRequest
    let report: CostReport
    /// The budgets whose period is exactly the window, by application.
    let budgets: [String: [BudgetRow]]

    /// - Parameter budgets: all that may cover the window; those that do not are left out.
    package init(_ request: CostRequest, _ report: CostReport, budgets: [BudgetRow]) {
        self.request = request
        self.report = report
        let matching = budgets.filter {
            $0.account.scope == .application && $0.startsAt == request.window.from && $0.endsAt == request.window.to
        }
        self.budgets = Dictionary(grouping: matching, by: \.account.name)
    }

    /// Reads the answer from a ledger. Blocks for as long as the report takes.
    package init(_ request: CostRequest, from reader: LedgerReader) throws(LedgerError) {
        self.init(
            request, try reader.costs(request.query),
            budgets: try reader.budgets(application: request.application, at: request.window.from))
    }

    /// The one currency of the report, or nil when there is none, or several.
    var currency: Currency? {
        if let asked = request.currency { return asked }
        return currencies.count == 1 ? currencies[0] : nil
    }

    /// By their code.
    var currencies: [Currency] { CostDocument.currencies(of: report.total) }

    static func currencies(of figures: CostFigures) -> [Currency] {
        Set(figures.cost.keys).union(figures.presumed.keys).sorted { $0.code < $1.code }
    }

    /// The bytes in the format that was asked for.
    ///
    /// - Parameter width: columns of the terminal; nil when there is none.
    package func bytes(width: Int? = nil) -> [UInt8] {
        switch request.format {
        case .table: Array(table(width: width).utf8)
        case .csv: Array(csv.utf8)
        case .json: json.bytes + [UInt8(ascii: "\n")]
        }
    }
}

/// The money of a row in one currency; a row has one for each of its currencies, and at least one.
struct CostAmount {
    let currency: Currency?
    /// Nil when nothing of the row has a price: unknown, never zero.
    let cost: Int64?
    let presumed: Int64

    static func all(_ figures: CostFigures) -> [CostAmount] {
        let currencies = CostDocument.currencies(of: figures)
        if currencies.isEmpty {
            return [CostAmount(currency: nil, cost: figures.unpricedRequests > 0 ? nil : 0, presumed: 0)]
        }
        return currencies.map {
            CostAmount(currency: $0, cost: figures.cost[$0] ?? 0, presumed: figures.presumed[$0] ?? 0)
        }
    }
}

/// The counts of a row under the names that JSON and CSV share, in their order.
struct CostCount: Sendable {
    let name: String
    let value: @Sendable (CostFigures) -> Int64

    static let all = [
        CostCount(name: "requests") { $0.requests },
        CostCount(name: "attempts") { $0.attempts },
        CostCount(name: "refused") { $0.refused },
        CostCount(name: "input_tokens") { $0.usage.input },
        CostCount(name: "cached_input_tokens") { $0.usage.cachedInput },
        CostCount(name: "cache_write_tokens") {
            $0.usage.cacheWrite.addingClamped($0.usage.cacheWrite1h).addingClamped($0.usage.cacheWrite12h)
        },
        CostCount(name: "audio_input_tokens") { $0.usage.audioInput },
        CostCount(name: "image_input_tokens") { $0.usage.imageInput },
        CostCount(name: "output_tokens") { $0.usage.output },
        CostCount(name: "audio_output_tokens") { $0.usage.audioOutput },
        CostCount(name: "reasoning_tokens") { $0.usage.reasoning },
    ]
}

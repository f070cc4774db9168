package import Inference

/// What a report groups by.
package enum CostKey: String, Sendable, Hashable, CaseIterable {
    case application, day, model, provider, prompt, experiment, variant, key, team
    /// The vendor's own model name, as on its invoice.
    case upstreamModel = "upstream_model"
    /// Of the charge; nil for calls whose price is unknown, and for those that reached no target.
    case currency
    /// The user's account, as budgets name it.
    case user
}

/// Which charges a report covers: those whose admission lies in `from ..< to`.
package struct CostQuery: Sendable {
    /// UTC milliseconds.
    package var from: Int64
    /// UTC milliseconds, exclusive.
    package var to: Int64
    /// In the order of the columns; ``CostKey/day`` needs `dayStarts`.
    package var by: [CostKey]
    /// The days of the window in ascending order, the first starting at or before `from`: label, and UTC milliseconds.
    package var dayStarts: [(label: String, startsAt: Int64)]
    package var application: String?
    package var currency: Currency?
    package var team: String?
    /// By the name that applications use, or the vendor's own.
    package var model: String?
    package var provider: String?
    /// Corrections that were booked at this moment or later are left out; UTC milliseconds.
    package var asOf: Int64?
    /// Whether ``CostFigures/corrections`` is wanted.
    package var showsCorrections = false

    package init(
        from: Int64, to: Int64, by: [CostKey] = [.application],
        dayStarts: [(label: String, startsAt: Int64)] = [], application: String? = nil, currency: Currency? = nil
    ) {
        self.from = from
        self.to = to
        self.by = by
        self.dayStarts = dayStarts
        self.application = application
        self.currency = currency
    }
}

/// Counts, tokens and money of a group; token classes are disjoint, but `reasoning` is part of `output`.
package struct CostFigures: Sendable, Hashable {
    /// Requests that reached a target, each once, in the group of its last attempt.
    package var requests: Int64 = 0
    package var attempts: Int64 = 0
    /// Requests that reached no target.
    package var refused: Int64 = 0
    package var usage = Usage()
    /// By currency, presumed charges and corrections included; empty when nothing was priced.
    package var cost: [Currency: Int64] = [:]
    /// The part of `cost` that is presumed.
    package var presumed: [Currency: Int64] = [:]
    /// The part of `cost` that corrections are; empty unless asked for.
    package var corrections: [Currency: Int64] = [:]
    /// Requests whose last attempt was billed at an unknown price.
    package var unpricedRequests: Int64 = 0

    package init() {}
}

package struct CostRow: Sendable, Hashable {
    /// In the order of the query's `by`; nil where a call has none, such as a call without a prompt.
    package var key: [String?]
    package var figures: CostFigures

    package init(key: [String?], figures: CostFigures) {
        self.key = key
        self.figures = figures
    }
}

package struct CostReport: Sendable, Hashable {
    /// Ordered by key.
    package var rows: [CostRow]
    package var total: CostFigures
    /// Whether holds of the window are open, so that figures will rise.
    package var isOpen: Bool
    /// Quarters of an hour that the window has in part and whose rows were removed: what they came to is in no figure.
    /// UTC milliseconds, ascending.
    package var gaps: [Range<Int64>]

    /// - Parameter complete: false while holds are open.
    package init(rows: [CostRow], total: CostFigures, complete: Bool, gaps: [Range<Int64>] = []) {
        self.rows = rows
        self.total = total
        isOpen = !complete
        self.gaps = gaps
    }

    /// Whether the figures are all there is to tell, and will not rise.
    package var complete: Bool { !isOpen && gaps.isEmpty }
}

import Inference
import Ledger

/// A group, or the total, with all that was asked about it.
struct CostEntry: Sendable {
    /// Nil for the total.
    let key: [String?]?
    let figures: CostFigures
    /// Of the window before; nil when nobody asked, or the group is a time.
    var previous: CostFigures?
    /// By currency; empty when nobody asked, or there is nothing to say.
    var projections: [Currency: Projection] = [:]
    /// Whether one currency alone was asked for.
    var isOfOneCurrency = false

    /// Whether nothing but refused calls is in it: they cost nothing in any currency, and so have none.
    private var isRefusedAlone: Bool { figures.cost.isEmpty && figures.attempts == 0 && figures.refused > 0 }

    /// Its calls by the currency of their charge, nil for those without; empty where all are in one line.
    var split: [Currency?: CostFigures] = [:]

    /// Its lines in a table: each amount with the counts of its own calls. Those that nobody has a price for have a line
    /// of their own where there are several currencies.
    var parts: [(figures: CostFigures, amount: CostAmount)] {
        let amounts = amounts
        guard !split.isEmpty, amounts.contains(where: { $0.currency != nil }) else {
            return amounts.enumerated().map { ($0.offset == 0 ? figures : CostFigures(), $0.element) }
        }
        var rest = split[nil] ?? CostFigures()
        var parts = amounts.map { (figures: $0.currency.flatMap { split[$0] } ?? CostFigures(), amount: $0) }
        if rest.unpricedRequests == 0,
            let first = parts.firstIndex(where: { rest.cost[$0.amount.currency ?? .usd] != nil }) ?? parts.indices.first
        {
            // Priced by a correction, or never sent to a target: the line of that currency has room for them.
            parts[first].figures.add(rest)
            rest = CostFigures()
        }
        if rest.requests != 0 || rest.attempts != 0 || rest.unpricedRequests != 0 {
            parts.append((rest, CostAmount(currency: nil, cost: nil, presumed: 0, corrections: 0)))
        }
        return parts
    }

    /// Its money in each of its currencies, by their code; at least one amount.
    var amounts: [CostAmount] {
        let currencies = CostEntry.currencies(of: figures, previous)
        let unknown = figures.cost.isEmpty && (figures.unpricedRequests > 0 || isOfOneCurrency && isRefusedAlone)
        guard !currencies.isEmpty else {
            return [
                CostAmount(
                    currency: nil, cost: unknown ? nil : 0, presumed: 0, corrections: 0,
                    previous: previous.map { _ in 0 })
            ]
        }
        return currencies.map { currency in
            CostAmount(
                currency: currency, cost: figures.cost[currency] ?? (unknown ? nil : 0),
                presumed: figures.presumed[currency] ?? 0, corrections: figures.corrections[currency] ?? 0,
                previous: previous.map { $0.cost[currency] ?? 0 },
                projection: projections[currency])
        }
    }

    static func currencies(of figures: CostFigures?...) -> [Currency] {
        let codes = figures.compactMap(\.self).flatMap { Array($0.cost.keys) + Array($0.presumed.keys) }
        return Set(codes).sorted { $0.code < $1.code }
    }
}

/// The money of a row in one currency.
struct CostAmount {
    let currency: Currency?
    /// Nil when nothing of the row has a price: unknown, never zero.
    let cost: Int64?
    let presumed: Int64
    let corrections: Int64
    var previous: Int64?
    var projection: Projection?

    /// Since the window before; nil when nobody asked, or the cost is unknown.
    var change: Int64? {
        guard let cost, let previous else { return nil }
        return cost.subtractingClamped(previous)
    }

    /// The change in tenths of a percent of what it was before; nil when it was nothing.
    var changePermille: Int128? {
        guard let change, let previous, previous != 0 else { return nil }
        let whole = Int128(previous.magnitude)
        let rounded = (Int128(change.magnitude) * 1_000 + whole / 2) / whole
        return change < 0 ? -rounded : rounded
    }
}

/// The counts of a row under the names that JSON and CSV share, in their order.
struct CostCount: Sendable {
    let name: String
    let value: @Sendable (CostFigures) -> Int64

    static let all =
        [
            CostCount(name: "requests") { $0.requests },
            CostCount(name: "attempts") { $0.attempts },
            CostCount(name: "refused") { $0.refused },
        ] + classes + [CostCount(name: "reasoning_tokens") { $0.usage.reasoning }]

    private static let classes = BillingClass.all.filter { $0.summary == $0 }.map { shown in
        CostCount(name: "\(shown.name)_tokens") { $0.usage.tokens(under: shown) }
    }
}

import Inference

extension LedgerReader {
    /// Reads every charge and correction whose admission lies in the query's window, on one snapshot.
    ///
    /// Charges come in the order of their requests. Attempts that were certainly not billed are left out. Where rows were
    /// removed there are sums in place of them, with the corrections in them.
    ///
    /// - Parameter query: its keys mean nothing here.
    /// - Returns: how many holds of the window are open: charges that are still to come.
    package func charges(
        _ query: CostQuery, charge: (ChargeRow) -> Void, correction: (CorrectionRow) -> Void,
        removed: (ChargeSum) -> Void
    ) throws(LedgerError) -> Int64 {
        try read {
            let kept = try meta("attempts_kept_from")
            try readSums(query, until: min(kept, query.to), removed)
            let window = ChargeWindow(query, from: max(kept, query.from), skew: try meta("skew_ms"))
            try readCharges(window, charge)
            try readCorrections(window, correction)
            return try countHolds(ChargeWindow(query, from: query.from, skew: try meta("skew_ms")))
        }
    }

    private func readSums(_ query: CostQuery, until end: Int64, _ body: (ChargeSum) -> Void) throws {
        guard query.from < end else { return }
        let select = try connection.prepare(
            """
            SELECT slot, identity, \(RollupTable.columns.joined(separator: ", ")) FROM rollup
            WHERE slot>=? AND slot<? AND attempts>0 ORDER BY slot, identity
            """)
        select.bind(1, RollupKey.slot(of: query.from))
        select.bind(2, RollupKey.slot(of: end))
        while try select.step() {
            guard let source = try source(select.integer(1), query) else { continue }
            let rollup = select.rollup(from: 2)
            body(
                ChargeSum(
                    source: source, from: select.integer(0).multipliedClamped(by: RollupKey.milliseconds),
                    usage: rollup.usage,
                    cost: rollup.priced > 0 ? rollup.cost.nano : nil, presumed: rollup.presumed.nano,
                    unpriced: rollup.unpriced))
        }
    }

    private func readCharges(_ window: ChargeWindow, _ body: (ChargeRow) -> Void) throws {
        let select = try connection.prepare(
            """
            SELECT identity, admitted_at, basis, cost_nano, input, cached_input, cache_write, cache_write_1h,
              cache_write_12h, audio_input, image_input, output, audio_output, reasoning
            FROM attempt WHERE request>=? AND request<=? AND admitted_at>=? AND admitted_at<? AND state<>'voided'
            """)
        window.bind(to: select)
        while try select.step() {
            guard let source = try source(select.integer(0), window.query), let basis = Basis(rawValue: select.text(2))
            else { continue }
            body(
                ChargeRow(
                    source: source, admittedAt: select.integer(1), basis: basis, usage: select.usage(from: 4),
                    cost: select.optionalInteger(3)))
        }
    }

    private func readCorrections(_ window: ChargeWindow, _ body: (CorrectionRow) -> Void) throws {
        let select = try connection.prepare(
            """
            SELECT identity, admitted_at, adjustment.at, adjustment.kind, adjustment.nano
            FROM adjustment JOIN attempt USING(request, attempt)
            WHERE adjustment.period IS NULL AND admitted_at>=? AND admitted_at<? ORDER BY adjustment.id
            """)
        select.bind(1, window.from)
        select.bind(2, window.query.to)
        while try select.step() {
            guard let source = try source(select.integer(0), window.query), source.currency != nil,
                let kind = Adjustment.Kind(rawValue: select.text(3))
            else { continue }
            body(
                CorrectionRow(
                    source: source, admittedAt: select.integer(1), at: select.integer(2), kind: kind,
                    nano: select.integer(4)))
        }
    }

    private func countHolds(_ window: ChargeWindow) throws -> Int64 {
        let select = try connection.prepare(
            """
            SELECT identity, count(*) FROM hold
            WHERE request>=? AND request<=? AND admitted_at>=? AND admitted_at<? GROUP BY identity
            """)
        window.bind(to: select)
        var count: Int64 = 0
        while try select.step() {
            guard try source(select.integer(0), window.query) != nil else { continue }
            count = count.addingClamped(select.integer(1))
        }
        return count
    }

    /// Nil for what the query leaves out.
    private func source(_ id: Int64, _ query: CostQuery) throws -> ChargeSource? {
        let entry = try identities.entry(id)
        if let application = query.application, application != entry.call.application { return nil }
        if let currency = query.currency, let own = entry.currency, currency != own { return nil }
        return ChargeSource(
            id: id, call: entry.call, provider: entry.provider ?? "", upstreamModel: entry.upstreamModel ?? "",
            price: entry.price, isFree: entry.isFree, currency: entry.currency)
    }
}

/// A part of a query's window, and the ids that requests admitted in it can have.
private struct ChargeWindow {
    let query: CostQuery
    let from: Int64
    /// How far a request's id and its admission can be apart, in milliseconds.
    private let skew: Int64

    init(_ query: CostQuery, from: Int64, skew: Int64) {
        self.query = query
        self.from = from
        self.skew = skew
    }

    func bind(to statement: Statement) {
        let first = min(max(0, from.subtractingClamped(skew)), 1 << 48 - 1)
        let last = min(max(0, query.to.addingClamped(skew)), 1 << 48 - 1)
        statement.bind(1, RequestID(high: UInt64(first) << 16, low: 0))
        statement.bind(2, RequestID(high: UInt64(last) << 16 | 0xFFFF, low: .max))
        statement.bind(3, from)
        statement.bind(4, query.to)
    }
}

import Inference

extension LedgerReader {
    /// Reads every charge and correction whose admission lies in the query's window, on one snapshot.
    ///
    /// Charges come in the order of their requests. Attempts that were certainly not billed are left out. Where rows were
    /// removed there are sums in place of them, with the corrections in them.
    ///
    /// - Parameter query: its keys mean nothing here.
    package func charges(
        _ query: CostQuery, charge: (ChargeRow) -> Void, correction: (CorrectionRow) -> Void,
        removed: (ChargeSum) -> Void
    ) throws(LedgerError) -> ChargesEnd {
        try read {
            let (kept, skew) = try (meta("attempts_kept_from"), meta("skew_ms"))
            let early = CostSpan(from: query.from, to: min(kept, query.to))
            var spans = [CostSpan(from: max(kept, query.from), to: query.to)]
            var gaps: [Range<Int64>] = []
            if early.from < early.to {
                spans = early.edges + spans
                gaps = try self.gaps(in: early.edges, query, skew)
                if let slots = early.slots {
                    try readSums(query, slots, removed)
                    try readCorrections(query, early.whole(slots), skew, all: false, correction)
                }
            }
            for span in spans where span.from < span.to {
                try readCharges(query, span, skew, charge)
                try readCorrections(query, span, skew, all: true, correction)
            }
            return ChargesEnd(
                open: try countHolds(query, CostSpan(from: query.from, to: query.to), skew), gaps: gaps)
        }
    }

    private func readSums(_ query: CostQuery, _ slots: Range<Int64>, _ body: (ChargeSum) -> Void) throws {
        let select = try connection.prepare(
            """
            SELECT slot, identity, \(RollupTable.columns.joined(separator: ", ")) FROM rollup
            WHERE slot>=? AND slot<? AND attempts>0 ORDER BY slot, identity
            """)
        select.bind(1, slots.lowerBound)
        select.bind(2, slots.upperBound)
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

    private func readCharges(
        _ query: CostQuery, _ span: CostSpan, _ skew: Int64, _ body: (ChargeRow) -> Void
    ) throws {
        let select = try connection.prepare(
            """
            SELECT identity, admitted_at, basis, cost_nano, superseded, extras, tier, geo, \(UsageColumns.list)
            FROM attempt WHERE request>=? AND request<=? AND admitted_at>=? AND admitted_at<? AND state<>'voided'
            """)
        span.bind(to: select, skew: skew)
        while try select.step() {
            guard let source = try source(select.integer(0), query), let basis = Basis(rawValue: select.text(2))
            else { continue }
            var usage = select.usage(from: 8)
            usage.extras = select.optionalText(5).flatMap(UsageExtras.read)
            body(
                ChargeRow(
                    source: source, admittedAt: select.integer(1), basis: basis, usage: usage,
                    cost: select.optionalInteger(3), isSuperseded: select.integer(4) != 0, tier: select.optionalText(6),
                    geo: select.optionalText(7)))
        }
    }

    /// - Parameter all: false for those alone that no roll-up has: of attempts whose price was unknown.
    private func readCorrections(
        _ query: CostQuery, _ span: CostSpan, _ skew: Int64, all: Bool, _ body: (CorrectionRow) -> Void
    ) throws {
        let select = try connection.prepare(
            """
            SELECT identity, admitted_at, adjustment.at, adjustment.kind, adjustment.nano, adjustment.currency,
              superseded=0 AND adjustment.currency NOT NULL AND adjustment.id=(SELECT min(id) FROM adjustment AS first
                WHERE first.request=adjustment.request AND first.attempt=adjustment.attempt AND first.currency NOT NULL)
            FROM adjustment JOIN attempt USING(request, attempt)
            WHERE adjustment.request>=? AND adjustment.request<=? AND admitted_at>=? AND admitted_at<?
              AND adjustment.period IS NULL AND (?5 OR adjustment.currency NOT NULL) ORDER BY adjustment.id
            """)
        span.bind(to: select, skew: skew)
        select.bind(5, all)
        while try select.step() {
            guard let source = try source(select.integer(0), query),
                let kind = Adjustment.Kind(rawValue: select.text(3)),
                let currency = source.currency ?? Currency(select.text(5))
            else { continue }
            let isAsked = query.currency.map { $0 == currency } ?? true
            body(
                CorrectionRow(
                    source: source, admittedAt: select.integer(1), at: select.integer(2), kind: kind,
                    currency: currency, nano: isAsked ? select.integer(4) : 0, givesPrice: select.integer(6) != 0))
        }
    }

    private func countHolds(_ query: CostQuery, _ span: CostSpan, _ skew: Int64) throws -> Int64 {
        let select = try connection.prepare(
            """
            SELECT identity, count(*) FROM hold
            WHERE request>=? AND request<=? AND admitted_at>=? AND admitted_at<? GROUP BY identity
            """)
        span.bind(to: select, skew: skew)
        var count: Int64 = 0
        while try select.step() {
            guard try source(select.integer(0), query) != nil else { continue }
            count = count.addingClamped(select.integer(1))
        }
        return count
    }

    /// Nil for what the query leaves out.
    private func source(_ id: Int64, _ query: CostQuery) throws -> ChargeSource? {
        let entry = try identities.entry(id)
        guard query.covers(entry) else { return nil }
        return ChargeSource(
            id: id, call: entry.call, provider: entry.provider ?? "", upstreamModel: entry.upstreamModel ?? "",
            price: entry.price, isFree: entry.isFree, currency: entry.currency)
    }
}

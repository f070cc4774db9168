import Inference

extension LedgerReader {
    /// Adds up the charges whose admission lies in the query's window, group by group.
    package func costs(_ query: CostQuery) throws(LedgerError) -> CostReport {
        try read {
            var sum = CostSum(query, identities)
            let skew = try connection.integer("SELECT value FROM meta WHERE name='skew_ms'") ?? 0
            for span in CostSpan.spans(of: query) {
                try addAttempts(span, skew, to: &sum)
                try addHolds(span, skew, to: &sum)
                try addRefused(span, skew, to: &sum)
                try addAdjustments(span, to: &sum)
            }
            return sum.report
        }
    }

    private func addAttempts(_ span: CostSpan, _ skew: Int64, to sum: inout CostSum) throws {
        // Money is added in two halves: a sum that exceeds 64 bits is an error to SQLite.
        let select = try connection.prepare(
            """
            SELECT identity, sum(superseded=0), count(*),
              sum(superseded=0 AND cost_nano IS NULL), count(cost_nano), sum(cost_nano/1000000000), sum(cost_nano%1000000000),
              sum(iif(state='presumed', cost_nano, 0)/1000000000), sum(iif(state='presumed', cost_nano, 0)%1000000000),
              sum(input), sum(cached_input), sum(cache_write), sum(cache_write_1h), sum(cache_write_12h),
              sum(audio_input), sum(image_input), sum(output), sum(audio_output), sum(reasoning)
            FROM attempt WHERE request>=? AND request<=? AND admitted_at>=? AND admitted_at<? GROUP BY identity
            """)
        span.bind(to: select, skew: skew)
        while try select.step() {
            var figures = CostFigures()
            figures.requests = select.integer(1)
            figures.attempts = select.integer(2)
            figures.unpricedRequests = select.integer(3)
            let entry = try identities.entry(select.integer(0))
            if let currency = entry.currency, select.integer(4) > 0 {
                figures.cost[currency] = money(select, 5)
                figures.presumed[currency] = money(select, 7)
            }
            figures.usage = usage(select, from: 9)
            sum.add(figures, entry, day: span.label, open: 0)
        }
    }

    /// Open holds count as attempts that have cost nothing so far.
    private func addHolds(_ span: CostSpan, _ skew: Int64, to sum: inout CostSum) throws {
        let select = try connection.prepare(
            """
            SELECT identity, sum(superseded=0), count(*) FROM hold
            WHERE request>=? AND request<=? AND admitted_at>=? AND admitted_at<? GROUP BY identity
            """)
        span.bind(to: select, skew: skew)
        while try select.step() {
            var figures = CostFigures()
            figures.requests = select.integer(1)
            figures.attempts = select.integer(2)
            let entry = try identities.entry(select.integer(0))
            if let currency = entry.currency {
                figures.cost[currency] = 0
                figures.presumed[currency] = 0
            }
            sum.add(figures, entry, day: span.label, open: figures.attempts)
        }
    }

    private func addRefused(_ span: CostSpan, _ skew: Int64, to sum: inout CostSum) throws {
        let select = try connection.prepare(
            """
            SELECT identity, count(*) FROM request
            WHERE request>=? AND request<=? AND started_at>=? AND started_at<? AND attempt=0 GROUP BY identity
            """)
        span.bind(to: select, skew: skew)
        while try select.step() {
            var figures = CostFigures()
            figures.refused = select.integer(1)
            sum.add(figures, try identities.entry(select.integer(0)), day: span.label, open: 0)
        }
    }

    private func addAdjustments(_ span: CostSpan, to sum: inout CostSum) throws {
        let select = try connection.prepare(
            """
            SELECT identity, adjustment.nano, adjustment.kind, adjustment.currency,
              superseded=0 AND adjustment.currency NOT NULL AND adjustment.id=(SELECT min(id) FROM adjustment AS first
                WHERE first.request=adjustment.request AND first.attempt=adjustment.attempt AND first.currency NOT NULL)
            FROM adjustment JOIN attempt USING(request, attempt)
            WHERE adjustment.period IS NULL AND admitted_at>=? AND admitted_at<?
            """)
        select.bind(1, span.from)
        select.bind(2, span.to)
        while try select.step() {
            let entry = try identities.entry(select.integer(0))
            guard let currency = entry.currency ?? Currency(select.text(3)) else { continue }
            var figures = CostFigures()
            figures.cost[currency] = select.integer(1)
            // A price was found for it later: the request counts as unpriced no longer.
            figures.unpricedRequests = -select.integer(4)
            if select.text(2) == Adjustment.Kind.presumedRelease.rawValue {
                figures.presumed[currency] = select.integer(1)
            }
            sum.add(figures, entry, day: span.label, open: 0)
        }
    }

    private func money(_ row: Statement, _ column: Int32) -> Int64 {
        let nano = Int128(row.integer(column)) * 1_000_000_000 + Int128(row.integer(column + 1))
        return Int64(clamping: nano)
    }

    /// Ten columns in the order of ``Usage``'s members.
    func usage(_ row: Statement, from column: Int32) -> Usage {
        var usage = Usage(input: row.integer(column), output: row.integer(column + 7))
        usage.cachedInput = row.integer(column + 1)
        usage.cacheWrite = row.integer(column + 2)
        usage.cacheWrite1h = row.integer(column + 3)
        usage.cacheWrite12h = row.integer(column + 4)
        usage.audioInput = row.integer(column + 5)
        usage.imageInput = row.integer(column + 6)
        usage.audioOutput = row.integer(column + 8)
        usage.reasoning = row.integer(column + 9)
        return usage
    }
}

/// A piece of the window that has one label: a day, or all of it.
private struct CostSpan {
    var label: String?
    var from: Int64
    var to: Int64

    static func spans(of query: CostQuery) -> [CostSpan] {
        guard query.from < query.to else { return [] }
        guard query.by.contains(.day) else { return [CostSpan(label: nil, from: query.from, to: query.to)] }
        var spans: [CostSpan] = []
        for (index, day) in query.dayStarts.enumerated() {
            let next = index + 1 < query.dayStarts.count ? query.dayStarts[index + 1].startsAt : query.to
            let (from, to) = (max(day.startsAt, query.from), min(next, query.to))
            if from < to { spans.append(CostSpan(label: day.label, from: from, to: to)) }
        }
        return spans
    }

    /// Binds the span of ids that can hold the span of moments, and the moments.
    func bind(to statement: Statement, skew: Int64) {
        let first = max(0, from.addingClamped(-skew))
        let last = min(to.addingClamped(skew), 1 << 48 - 1)
        statement.bind(1, RequestID(high: UInt64(first) << 16, low: 0))
        statement.bind(2, RequestID(high: UInt64(last) << 16 | 0xFFFF, low: .max))
        statement.bind(3, from)
        statement.bind(4, to)
    }
}

import Inference

extension LedgerReader {
    /// Adds up the charges whose admission lies in the query's window, group by group.
    package func costs(_ query: CostQuery) throws(LedgerError) -> CostReport {
        try read {
            var sum = CostSum(query, identities)
            let skew = try meta("skew_ms")
            let byUser = query.by.contains(.user)
            for span in CostSpan.spans(of: query) {
                if byUser {
                    // Roll-ups know no users: rows are read, and what is left of removed ones has none.
                    try addRows(span, skew, to: &sum)
                    try remainders(span, skew) { key, left in
                        let entry = try identities.entry(key.identity)
                        sum.add(CostFigures(left, entry.currency), entry, day: span.label, open: 0)
                    }
                } else if let slots = span.slots {
                    try addRollups(slots, span.label, to: &sum)
                    try addAdjustments(span.whole(slots), skew, all: false, to: &sum)
                }
                if !byUser { for edge in span.edges { try addRows(edge, skew, to: &sum) } }
                try addHolds(span, skew, to: &sum)
                if let moment = query.asOf { try takeBackCorrections(span, skew, since: moment, from: &sum) }
                if query.showsCorrections { try addCorrections(span, skew, before: query.asOf, to: &sum) }
            }
            sum.gaps = try gaps(in: CostSpan.spans(of: query).flatMap(\.edges), query, skew)
            return sum.report
        }
    }

    /// The same report from the rows of attempts alone, however many there are: what roll-ups are held against.
    func costsFromRows(_ query: CostQuery) throws(LedgerError) -> CostReport {
        try read {
            var sum = CostSum(query, identities)
            let skew = try meta("skew_ms")
            for span in CostSpan.spans(of: query) {
                try addRows(span, skew, to: &sum)
                try addHolds(span, skew, to: &sum)
            }
            return sum.report
        }
    }

    /// Whole quarters of an hour: whatever they held, they are few.
    private func addRollups(_ slots: Range<Int64>, _ label: String?, to sum: inout CostSum) throws {
        let select = try connection.prepare(
            """
            SELECT identity, \(RollupTable.columns.map { "sum(\($0))" }.joined(separator: ", "))
            FROM rollup WHERE slot>=? AND slot<? GROUP BY identity
            """)
        select.bind(1, slots.lowerBound)
        select.bind(2, slots.upperBound)
        while try select.step() {
            let rollup = select.rollup(from: 1)
            let entry = try identities.entry(select.integer(0))
            sum.add(CostFigures(rollup, entry.currency), entry, day: label, open: 0)
        }
    }

    private func addRows(_ span: CostSpan, _ skew: Int64, to sum: inout CostSum) throws {
        try addAttempts(span, skew, to: &sum)
        try addRefused(span, skew, to: &sum)
        try addAdjustments(span, skew, all: true, to: &sum)
    }

    private func addAttempts(_ span: CostSpan, _ skew: Int64, to sum: inout CostSum) throws {
        // Money is added in two halves: a sum that exceeds 64 bits is an error to SQLite.
        let select = try connection.prepare(
            """
            SELECT identity, sum(superseded=0), count(*),
              sum(superseded=0 AND cost_nano IS NULL), count(cost_nano), sum(cost_nano/1000000000), sum(cost_nano%1000000000),
              sum(iif(state='presumed', cost_nano, 0)/1000000000), sum(iif(state='presumed', cost_nano, 0)%1000000000),
              \(sum.userColumn), \(UsageColumns.sums)
            FROM attempt WHERE request>=? AND request<=? AND admitted_at>=? AND admitted_at<? GROUP BY identity, 10
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
            figures.usage = select.usage(from: 10)
            sum.add(figures, entry, day: span.label, open: 0, user: select.optionalText(9))
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
            SELECT identity, count(*), \(sum.isByUser ? "user" : "NULL") FROM request
            WHERE request>=? AND request<=? AND started_at>=? AND started_at<? AND attempt=0 GROUP BY identity, 3
            """)
        span.bind(to: select, skew: skew)
        while try select.step() {
            var figures = CostFigures()
            figures.refused = select.integer(1)
            let entry = try identities.entry(select.integer(0))
            sum.add(figures, entry, day: span.label, open: 0, user: select.optionalText(2))
        }
    }

    /// - Parameter all: false for those alone that no roll-up has: of attempts whose price was unknown.
    private func addAdjustments(_ span: CostSpan, _ skew: Int64, all: Bool, to sum: inout CostSum) throws {
        let select = try connection.prepare(
            """
            SELECT identity, adjustment.nano, adjustment.kind, adjustment.currency,
              superseded=0 AND adjustment.currency NOT NULL AND adjustment.id=(SELECT min(id) FROM adjustment AS first
                WHERE first.request=adjustment.request AND first.attempt=adjustment.attempt AND first.currency NOT NULL),
              \(sum.userColumn)
            FROM adjustment JOIN attempt USING(request, attempt)
            WHERE adjustment.request>=? AND adjustment.request<=? AND admitted_at>=? AND admitted_at<?
              AND adjustment.period IS NULL AND (?5 OR adjustment.currency NOT NULL)
            """)
        span.bind(to: select, skew: skew)
        select.bind(5, all)
        while try select.step() {
            let entry = try identities.entry(select.integer(0))
            guard let currency = entry.currency ?? Currency(select.text(3)) else { continue }
            var figures = CostFigures()
            let isRelease = select.text(2) == Adjustment.Kind.presumedRelease.rawValue
            if sum.isAsked(currency) {
                figures.cost[currency] = select.integer(1)
                figures.presumed[currency] = isRelease ? select.integer(1) : 0
            }
            // A price was found for it later, in whatever currency: the request counts as unpriced no longer.
            figures.unpricedRequests = -select.integer(4)
            sum.add(figures, entry, day: span.label, open: 0, user: select.optionalText(5))
        }
    }

    /// Makes of the figures what they were before the corrections since a moment.
    private func takeBackCorrections(
        _ span: CostSpan, _ skew: Int64, since moment: Int64, from sum: inout CostSum
    ) throws {
        let select = try connection.prepare(
            """
            SELECT identity, adjustment.nano, adjustment.kind, adjustment.currency,
              superseded=0 AND adjustment.currency NOT NULL AND adjustment.id=(SELECT min(id) FROM adjustment AS first
                WHERE first.request=adjustment.request AND first.attempt=adjustment.attempt AND first.currency NOT NULL),
              \(sum.userColumn)
            FROM adjustment JOIN attempt USING(request, attempt)
            WHERE adjustment.request>=? AND adjustment.request<=? AND admitted_at>=? AND admitted_at<?
              AND adjustment.period IS NULL AND adjustment.at>=?5
            """)
        span.bind(to: select, skew: skew)
        select.bind(5, moment)
        while try select.step() {
            let entry = try identities.entry(select.integer(0))
            guard let currency = entry.currency ?? Currency(select.text(3)) else { continue }
            var figures = CostFigures()
            let isRelease = select.text(2) == Adjustment.Kind.presumedRelease.rawValue
            if sum.isAsked(currency) {
                figures.cost[currency] = -select.integer(1)
                figures.presumed[currency] = isRelease ? -select.integer(1) : 0
            }
            figures.unpricedRequests = select.integer(4)
            sum.add(figures, entry, day: span.label, open: 0, user: select.optionalText(5))
        }
    }

    private func addCorrections(
        _ span: CostSpan, _ skew: Int64, before moment: Int64?, to sum: inout CostSum
    ) throws {
        let select = try connection.prepare(
            """
            SELECT identity, adjustment.nano, adjustment.currency, \(sum.userColumn)
            FROM adjustment JOIN attempt USING(request, attempt)
            WHERE adjustment.request>=? AND adjustment.request<=? AND admitted_at>=? AND admitted_at<?
              AND adjustment.period IS NULL AND (?5 IS NULL OR adjustment.at<?5)
            """)
        span.bind(to: select, skew: skew)
        select.bind(5, moment)
        while try select.step() {
            let entry = try identities.entry(select.integer(0))
            guard let currency = entry.currency ?? Currency(select.text(2)), sum.isAsked(currency) else { continue }
            var figures = CostFigures()
            figures.corrections[currency] = select.integer(1)
            sum.add(figures, entry, day: span.label, open: 0, user: select.optionalText(3))
        }
    }

    private func money(_ row: Statement, _ column: Int32) -> Int64 {
        let nano = Int128(row.integer(column)) * 1_000_000_000 + Int128(row.integer(column + 1))
        return Int64(clamping: nano)
    }
}

extension CostFigures {
    fileprivate init(_ rollup: RollupFigures, _ currency: Currency?) {
        self.init()
        requests = rollup.requests
        attempts = rollup.attempts
        refused = rollup.refused
        unpricedRequests = rollup.unpriced
        usage = rollup.usage
        guard let currency, rollup.priced > 0 else { return }
        cost[currency] = rollup.cost.nano
        presumed[currency] = rollup.presumed.nano
    }
}

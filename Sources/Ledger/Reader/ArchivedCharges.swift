package import Inference

/// What is left of attempts whose rows retention has removed: their sum over a quarter of an hour, for one model.
package struct ArchivedCharges: Sendable {
    /// The beginning of the quarter, in UTC milliseconds.
    package var startsAt: Int64
    package var provider: String
    /// The vendor's own model name.
    package var upstreamModel: String
    /// Nil for attempts whose price was unknown.
    package var currency: Currency?
    /// Those that cost nothing are among them.
    package var attempts: Int64
    /// Requests whose last attempt has no cost.
    package var unpriced: Int64
    /// Nano-units, with their corrections.
    package var cost: Int64
    /// The part of it that is presumed.
    package var presumed: Int64
    package var usage: Usage

    package init(
        startsAt: Int64, provider: String, upstreamModel: String, currency: Currency?, attempts: Int64,
        unpriced: Int64 = 0, cost: Int64, presumed: Int64 = 0, usage: Usage = Usage()
    ) {
        self.startsAt = startsAt
        self.provider = provider
        self.upstreamModel = upstreamModel
        self.currency = currency
        self.attempts = attempts
        self.unpriced = unpriced
        self.cost = cost
        self.presumed = presumed
        self.usage = usage
    }
}

extension LedgerReader {
    private static let day: Int64 = 86_400_000

    /// Calls `body` with what is left of the attempts that were admitted in `from ..< to` (UTC milliseconds) and whose
    /// rows are gone: what the roll-ups have and the rows that are still there do not.
    ///
    /// A quarter of an hour belongs to the time in which it begins.
    package func archivedCharges(
        from: Int64, to: Int64, _ body: (ArchivedCharges) throws -> Void
    ) throws(LedgerError) {
        try read {
            try remainders(CostSpan(from: from, to: to), try meta("skew_ms")) { key, left in
                let entry = try identities.entry(key.identity)
                // What never reached a provider, and what cost nothing, is nobody's charge.
                guard let provider = entry.provider, left.attempts > 0 || left.cost.nano != 0 else { return }
                try body(
                    ArchivedCharges(
                        startsAt: key.slot * RollupKey.milliseconds, provider: provider,
                        upstreamModel: entry.upstreamModel ?? "", currency: left.priced > 0 ? entry.currency : nil,
                        attempts: left.attempts, unpriced: left.unpriced, cost: left.cost.nano,
                        presumed: left.presumed.nano, usage: left.usage))
            }
        }
    }

    /// Calls `body` with what the roll-ups of the quarters that begin in a span have, and the rows that are still there
    /// do not.
    func remainders(
        _ span: CostSpan, _ skew: Int64, _ body: (RollupKey, RollupFigures) throws -> Void
    ) throws {
        let end = min(span.to, max(try meta("attempts_kept_from"), try meta("refused_kept_from")))
        var start = max(span.from, 0)
        while start < end {
            let next = min(start.addingClamped(LedgerReader.day), end)
            try remaindersOfDay(CostSpan(from: start, to: next), skew, body)
            start = next
        }
    }

    private func remaindersOfDay(
        _ span: CostSpan, _ skew: Int64, _ body: (RollupKey, RollupFigures) throws -> Void
    ) throws {
        let select = try connection.prepare(
            "SELECT slot, identity, \(RollupTable.columns.joined(separator: ", ")) FROM rollup WHERE slot>=? AND slot<?"
        )
        let size = RollupKey.milliseconds
        select.bind(1, RollupKey.slot(of: span.from.addingClamped(size - 1)))
        select.bind(2, RollupKey.slot(of: span.to.addingClamped(size - 1)))
        var derivation: RollupDerivation?
        while try select.step() {
            let key = RollupKey(slot: select.integer(0), identity: select.integer(1))
            if derivation == nil {
                var rows = RollupDerivation(connection)
                try rows.add(CostSpan(from: span.from, to: span.to.addingClamped(size)), skew: skew)
                derivation = rows
            }
            var left = select.rollup(from: 2)
            left.subtract(derivation?.figures[key] ?? RollupFigures())
            if left != RollupFigures() { try body(key, left) }
        }
    }
}

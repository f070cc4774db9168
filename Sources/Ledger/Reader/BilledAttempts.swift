package import Inference

/// A settled attempt that was or may be billed, with what recomputing its cost needs.
package struct BilledAttempt: Sendable {
    package var request: RequestID
    package var attempt: Int
    /// UTC milliseconds.
    package var admittedAt: Int64
    package var provider: String
    /// The vendor's own model name.
    package var upstreamModel: String
    /// The model that the vendor says has served.
    package var servedModel: String?
    package var isFree: Bool
    /// Of the charge; nil for an attempt whose price was unknown.
    package var currency: Currency?
    /// The cost is as it was settled, without corrections.
    package var settlement: Settlement
    /// The sum of the corrections of each kind.
    package var corrections: [Adjustment.Kind: Int64]
    /// How many corrections have repriced it.
    package var repricings: Int

    package init(
        request: RequestID, attempt: Int, admittedAt: Int64, provider: String, upstreamModel: String,
        servedModel: String?, isFree: Bool, currency: Currency?, settlement: Settlement,
        corrections: [Adjustment.Kind: Int64], repricings: Int
    ) {
        self.request = request
        self.attempt = attempt
        self.admittedAt = admittedAt
        self.provider = provider
        self.upstreamModel = upstreamModel
        self.servedModel = servedModel
        self.isFree = isFree
        self.currency = currency
        self.settlement = settlement
        self.corrections = corrections
        self.repricings = repricings
    }
}

extension LedgerReader {
    /// Calls `body` with each settled attempt whose admission lies in `from ..< to` (UTC milliseconds), in the order of
    /// the requests; those that were not billed are left out.
    package func billedAttempts(
        from: Int64, to: Int64, _ body: (BilledAttempt) throws -> Void
    ) throws(LedgerError) {
        try read {
            let skew = try connection.integer("SELECT value FROM meta WHERE name='skew_ms'") ?? 0
            let select = try connection.prepare(
                """
                SELECT request, attempt, identity, admitted_at, basis, cost_nano, unpriced, tier, extras, served_model,
                  EXISTS(SELECT 1 FROM adjustment AS a
                    WHERE a.request=attempt.request AND a.attempt=attempt.attempt AND a.period IS NULL), geo,
                  \(UsageColumns.list)
                FROM attempt WHERE request>=? AND request<=? AND admitted_at>=? AND admitted_at<? AND state<>'voided'
                ORDER BY request, attempt
                """)
            let first = max(0, from.addingClamped(-skew))
            let last = max(0, min(to.addingClamped(skew), 1 << 48 - 1))
            select.bind(1, RequestID(high: UInt64(min(first, 1 << 48 - 1)) << 16, low: 0))
            select.bind(2, RequestID(high: UInt64(last) << 16 | 0xFFFF, low: .max))
            select.bind(3, from)
            select.bind(4, to)
            while try select.step() {
                guard var attempt = try billed(select) else { continue }
                if select.integer(10) != 0 { try addCorrections(to: &attempt) }
                try body(attempt)
            }
        }
    }

    private func billed(_ row: Statement) throws -> BilledAttempt? {
        let entry = try identities.entry(row.integer(2))
        guard let basis = Basis(rawValue: row.text(4)) else { return nil }
        var usage = row.usage(from: 12)
        usage.extras = row.optionalText(8).flatMap(UsageExtras.read)
        let cost = row.optionalInteger(5).map { Money(nano: $0, entry.currency ?? .usd) }
        let settlement = Settlement(
            basis: basis, usage: usage, cost: cost, unpricedClasses: row.text(6).split(separator: ",").map(String.init),
            tier: row.optionalText(7), geo: row.optionalText(11))
        return BilledAttempt(
            request: row.requestID(0), attempt: Int(clamping: row.integer(1)), admittedAt: row.integer(3),
            provider: entry.provider ?? "", upstreamModel: entry.upstreamModel ?? "",
            servedModel: row.optionalText(9), isFree: entry.isFree,
            currency: cost == nil ? nil : entry.currency, settlement: settlement, corrections: [:], repricings: 0)
    }

    private func addCorrections(to attempt: inout BilledAttempt) throws {
        let select = try connection.prepare(
            """
            SELECT kind, sum(nano), count(*), max(currency) FROM adjustment
            WHERE request=? AND attempt=? AND period IS NULL GROUP BY kind
            """)
        select.bind(1, attempt.request)
        select.bind(2, attempt.attempt)
        while try select.step() {
            guard let kind = Adjustment.Kind(rawValue: select.text(0)) else { continue }
            attempt.corrections[kind] = select.integer(1)
            if kind == .reprice { attempt.repricings = Int(clamping: select.integer(2)) }
            if attempt.currency == nil { attempt.currency = select.optionalText(3).flatMap { Currency($0) } }
        }
    }
}

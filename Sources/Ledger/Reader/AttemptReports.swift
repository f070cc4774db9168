import Crypto
import Inference

extension LedgerReader {
    /// Reads the attempts of a request, in order.
    func attempts(of request: RequestID) throws -> [AttemptDetail] {
        let select = try connection.prepare(
            """
            SELECT attempt, identity, state, admitted_at, input_max, output_max, bound_nano, basis, cost_nano, unpriced,
              upstream_status, upstream_request, error_code, first_byte_ms, duration_ms, served_model, seq, cut, extras,
              tier, request_sha256, geo, \(UsageColumns.list)
            FROM attempt WHERE request=?1
            UNION ALL
            SELECT attempt, identity, state, admitted_at, input_max, output_max, bound_nano, NULL, NULL, NULL,
              NULL, NULL, NULL, NULL, NULL, NULL, seq, 0, NULL,
              NULL, NULL, NULL\(String(repeating: ", NULL", count: UsageColumns.names.count))
            FROM hold WHERE request=?1 ORDER BY attempt
            """)
        select.bind(1, request)
        var attempts: [AttemptDetail] = []
        while try select.step() {
            var attempt = attempt(select, try identities.entry(select.integer(1)))
            attempt.lines = try lines(of: request, attempt.attempt)
            attempt.adjustments = try adjustments(of: request, attempt.attempt)
            attempts.append(attempt)
        }
        return attempts
    }

    private func attempt(_ row: Statement, _ entry: IdentityBook.Entry) -> AttemptDetail {
        func money(_ column: Int32) -> Money? {
            row.optionalInteger(column).map { Money(nano: $0, entry.currency ?? .usd) }
        }
        let number = Int(clamping: row.integer(0))
        let quote = Quote(
            provider: entry.provider ?? "", upstreamModel: entry.upstreamModel ?? "", attempt: number,
            inputTokensMax: row.integer(4), outputTokensMax: row.integer(5), bound: money(6))
        var detail = AttemptDetail(
            attempt: number, identity: entry.call, provider: quote.provider, upstreamModel: quote.upstreamModel,
            price: entry.price, isFree: entry.isFree, state: HoldState(rawValue: row.text(2)) ?? .held,
            admittedAt: row.integer(3), quote: quote)
        if let basis = row.optionalText(7).flatMap(Basis.init) {
            let unpriced = row.text(9).split(separator: ",").map(String.init)
            var usage = row.usage(from: 22)
            usage.extras = row.optionalText(18).flatMap(UsageExtras.read)
            detail.settlement = Settlement(
                basis: basis, usage: usage, cost: money(8), unpricedClasses: unpriced, tier: row.optionalText(19),
                geo: row.optionalText(21))
        }
        detail.upstreamStatus = row.optionalInteger(10).map { Int(clamping: $0) }
        detail.upstreamRequestID = row.optionalText(11)
        detail.errorCode = row.optionalText(12)
        detail.firstByteMs = row.optionalInteger(13)
        detail.durationMs = row.optionalInteger(14)
        detail.servedModel = row.optionalText(15)
        detail.extensions = Int(clamping: row.integer(16))
        detail.cut = row.integer(17) != 0
        detail.sentDigest = row.optionalBytes(20).flatMap { Digest(bytes: $0) }
        return detail
    }

    private func lines(of request: RequestID, _ attempt: Int) throws -> [LineDetail] {
        let select = try connection.prepare(
            """
            SELECT scope, name, window, label, currency, line.held_nano, line.posted_nano, base, quote, day, nano, source
            FROM (SELECT period, fx, held_nano, posted_nano FROM attempt WHERE request=?1 AND attempt=?2
              UNION ALL SELECT period, fx, held_nano, NULL FROM hold WHERE request=?1 AND attempt=?2
              UNION ALL SELECT period, fx, held_nano, posted_nano FROM line WHERE request=?1 AND attempt=?2) AS line
            JOIN period ON period.id=line.period LEFT JOIN fx_rate ON fx_rate.id=line.fx ORDER BY line.period
            """)
        select.bind(1, request)
        select.bind(2, attempt)
        var lines: [LineDetail] = []
        while try select.step() {
            guard let scope = Account.Scope(rawValue: select.text(0)),
                let window = BudgetWindow(rawValue: select.text(2)), let currency = Currency(select.text(4))
            else { continue }
            var fx: FXRate?
            if let base = Currency(select.text(7)), let quote = Currency(select.text(8)) {
                fx = FXRate(
                    base: base, quote: quote, day: select.text(9), nano: select.integer(10), source: select.text(11))
            }
            lines.append(
                LineDetail(
                    account: Account(scope, select.text(1)), window: window, label: select.text(3),
                    held: Money(nano: select.integer(5), currency),
                    posted: select.optionalInteger(6).map { Money(nano: $0, currency) }, fx: fx))
        }
        return lines
    }

    private func adjustments(of request: RequestID, _ attempt: Int) throws -> [Adjustment] {
        let select = try connection.prepare(
            """
            SELECT kind, nano, by_whom, reason, at, name, currency FROM adjustment
            WHERE request=? AND attempt=? AND period IS NULL ORDER BY id
            """)
        select.bind(1, request)
        select.bind(2, attempt)
        var found: [Adjustment] = []
        while try select.step() {
            guard let kind = Adjustment.Kind(rawValue: select.text(0)) else { continue }
            var adjustment = Adjustment(
                request: request, attempt: attempt, kind: kind, nano: select.integer(1), by: select.text(2),
                reason: select.text(3), at: select.integer(4), id: select.optionalText(5))
            adjustment.currency = select.optionalText(6).flatMap { Currency($0) }
            found.append(adjustment)
        }
        return found
    }
}

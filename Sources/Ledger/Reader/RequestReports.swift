package import Inference

extension LedgerReader {
    /// Returns one request with all that was recorded of it, or nil.
    package func request(_ id: RequestID) throws(LedgerError) -> RequestDetail? {
        try read {
            let end = try ends("request=?1", order: "request", limit: 1) { $0.bind(1, id) }.first?.end
            let attempts = try attempts(of: id)
            guard end != nil || !attempts.isEmpty else { return nil }
            return RequestDetail(id: id, end: end, attempts: attempts)
        }
    }

    /// Returns ended requests, the newest first.
    package func requests(_ filter: RequestFilter) throws(LedgerError) -> [RequestSummary] {
        try read {
            let condition = """
                (?1 IS NULL OR identity.application=?1) AND (?2 IS NULL OR identity.experiment=?2)
                AND (?3 IS NULL OR identity.phase=?3) AND (?4 IS NULL OR session=?4) AND (?5 IS NULL OR outcome=?5)
                AND (?6 IS NULL OR started_at>=?6) AND (?7 IS NULL OR started_at<?7)
                """
            let found = try ends(condition, order: "request DESC", limit: max(0, filter.limit)) { select in
                select.bind(1, filter.application)
                select.bind(2, filter.experiment)
                select.bind(3, filter.phase)
                select.bind(4, filter.session)
                select.bind(5, filter.outcome?.rawValue)
                select.bind(6, filter.from)
                select.bind(7, filter.to)
            }
            return try found.map(summary)
        }
    }

    /// Reads ends from both places that have them.
    private func ends(
        _ condition: String, order: String, limit: Int, _ bind: (Statement) -> Void
    ) throws -> [(end: RequestEnd, entry: IdentityBook.Entry)] {
        let found =
            try ends(in: "attempt", condition, order, limit, bind) + ends(in: "request", condition, order, limit, bind)
        return Array(found.sorted { $0.end.request > $1.end.request }.prefix(limit))
    }

    private func ends(
        in table: String, _ condition: String, _ order: String, _ limit: Int, _ bind: (Statement) -> Void
    ) throws -> [(end: RequestEnd, entry: IdentityBook.Entry)] {
        let select = try connection.prepare(
            """
            SELECT request, identity, endpoint, outcome, status, stream, started_at, total_ms, total_first_byte_ms,
              session, unit, tags, request_error, fallback, max_tokens, clipped_to, degraded_from, cut_by,
              idempotency_key, limit_imposed
            FROM \(table) JOIN identity ON identity.id=\(table).identity WHERE outcome NOT NULL AND (\(condition))
            ORDER BY \(order) LIMIT \(limit)
            """)
        bind(select)
        var found: [(RequestEnd, IdentityBook.Entry)] = []
        while try select.step() {
            let entry = try identities.entry(select.integer(1))
            var end = RequestEnd(
                request: select.requestID(0), identity: entry.call, endpoint: select.text(2),
                outcome: Outcome(rawValue: select.text(3)) ?? .failed, status: Int(clamping: select.integer(4)),
                stream: select.integer(5) != 0, startedAt: select.integer(6), durationMs: select.integer(7))
            end.firstByteMs = select.optionalInteger(8)
            end.session = select.optionalText(9)
            end.unitHash = select.optionalBytes(10)
            end.tags = select.optionalText(11)
            end.errorCode = select.optionalText(12)
            end.fallback = select.integer(13) != 0
            end.maxTokens = select.optionalInteger(14)
            end.clippedTo = select.optionalInteger(15)
            end.degradedFrom = select.optionalText(16)
            end.cutBy = select.optionalText(17)
            end.idempotencyKey = select.optionalText(18)
            end.isLimitImposed = select.optionalInteger(19).map { $0 != 0 }
            found.append((end, entry))
        }
        return found
    }

    private func summary(_ found: (end: RequestEnd, entry: IdentityBook.Entry)) throws -> RequestSummary {
        let attempts = try attempts(of: found.end.request)
        var sum = CostFigures()
        for attempt in attempts {
            guard let settlement = attempt.settlement else { continue }
            sum.usage.add(settlement.usage)
            guard let cost = settlement.cost else {
                for one in attempt.adjustments {
                    if let own = one.currency { sum.cost.merge([own: one.nano]) { $0.addingClamped($1) } }
                }
                continue
            }
            let corrected = attempt.adjustments.reduce(cost.nano) { $0.addingClamped($1.nano) }
            sum.cost.merge([cost.currency: corrected]) { $0.addingClamped($1) }
        }
        return RequestSummary(
            end: found.end, provider: found.entry.provider, upstreamModel: found.entry.upstreamModel,
            attempts: attempts.count, usage: sum.usage, cost: sum.cost,
            priced: attempts.allSatisfy { attempt in
                attempt.settlement.map { $0.cost != nil || attempt.adjustments.contains { $0.currency != nil } } ?? true
            })
    }
}

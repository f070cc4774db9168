import Inference

/// Finds what a report cannot know: quarters of an hour that it has in part, and whose rows are gone.
///
/// A roll-up says what a whole quarter came to. Where retention has removed the rows behind it, nothing says which of it
/// lies before a moment in between and which after.
extension LedgerReader {
    /// Returns the quarters of `edges` of which rows were removed that the query asks for, ascending, in UTC milliseconds.
    ///
    /// - Parameter edges: pieces that are no whole quarters.
    func gaps(in edges: [CostSpan], _ query: CostQuery, _ skew: Int64) throws -> [Range<Int64>] {
        let kept = try max(meta("attempts_kept_from"), meta("refused_kept_from"))
        let slots = edges.filter { $0.from < min(kept, $0.to) }.reduce(into: Set<Int64>()) { slots, edge in
            slots.formUnion(RollupKey.slot(of: edge.from)...RollupKey.slot(of: edge.to - 1))
        }
        return try slots.sorted().compactMap { slot in
            let start = slot.multipliedClamped(by: RollupKey.milliseconds)
            let quarter = CostSpan(from: start, to: start.addingClamped(RollupKey.milliseconds))
            return try isWhole(quarter, slot, query, skew) ? nil : quarter.from..<quarter.to
        }
    }

    /// Whether all that the roll-ups of the quarter count still has its rows.
    private func isWhole(_ quarter: CostSpan, _ slot: Int64, _ query: CostQuery, _ skew: Int64) throws -> Bool {
        let rollups = try connection.prepare("SELECT identity, attempts, refused FROM rollup WHERE slot=?")
        rollups.bind(1, slot)
        var missing: [Int64: (attempts: Int64, refused: Int64)] = [:]
        while try rollups.step() {
            guard try query.covers(identities.entry(rollups.integer(0))) else { continue }
            missing[rollups.integer(0)] = (rollups.integer(1), rollups.integer(2))
        }
        let attempts =
            "SELECT identity, count(*) FROM attempt WHERE request>=? AND request<=? AND admitted_at>=? AND admitted_at<?"
        for (identity, count) in try counts(attempts, quarter, skew) { missing[identity]?.attempts -= count }
        let refused = """
            SELECT identity, count(*) FROM request
            WHERE request>=? AND request<=? AND started_at>=? AND started_at<? AND attempt=0
            """
        for (identity, count) in try counts(refused, quarter, skew) { missing[identity]?.refused -= count }
        return missing.values.allSatisfy { $0.attempts <= 0 && $0.refused <= 0 }
    }

    private func counts(
        _ sql: String, _ span: CostSpan, _ skew: Int64
    ) throws -> [(identity: Int64, count: Int64)] {
        let select = try connection.prepare("\(sql) GROUP BY identity")
        span.bind(to: select, skew: skew)
        var counts: [(identity: Int64, count: Int64)] = []
        while try select.step() { counts.append((select.integer(0), select.integer(1))) }
        return counts
    }
}

extension CostQuery {
    /// Whether the query asks for calls of this identity.
    func covers(_ entry: IdentityBook.Entry) -> Bool {
        if let application, application != entry.call.application { return false }
        if let team, team != entry.call.team { return false }
        if let model, model != entry.call.model, model != entry.upstreamModel { return false }
        if let provider, provider != entry.provider { return false }
        if let currency, let own = entry.currency, currency != own { return false }
        return true
    }
}

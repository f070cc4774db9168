import Inference

extension LedgerReader {
    /// Derives every counter anew from its lines and returns what differs; empty when the books balance.
    ///
    /// Also checks the file's structure, that each attempt's state agrees with its lines, that alerts and idempotency keys
    /// have what they stand on, and the audit trail's chain.
    package func verify() throws(LedgerError) -> [Finding] {
        try read {
            try structure() + periods() + attemptStates() + alerts() + idempotencyKeys() + auditChain()
        }
    }

    private func structure() throws -> [Finding] {
        var findings: [Finding] = []
        let check = try connection.prepare("PRAGMA integrity_check(20)")
        while try check.step() {
            guard check.text(0) != "ok" else { break }
            findings.append(Finding(place: connection.path, problem: check.text(0)))
        }
        let keys = try connection.prepare("PRAGMA foreign_key_check")
        while try keys.step() {
            findings.append(
                Finding(place: "table \(keys.text(0))", problem: "a row names a missing row of \(keys.text(2))"))
        }
        return findings
    }

    /// Σ line.posted + Σ adjustment = posted, Σ of open lines = held, and so on, for each period.
    private func periods() throws -> [Finding] {
        let select = try connection.prepare(
            """
            WITH lines AS (
                SELECT period, held_nano AS held, NULL AS posted, 'held' AS state FROM hold WHERE period NOT NULL
                UNION ALL SELECT period, held_nano, posted_nano, state FROM attempt WHERE period NOT NULL
                UNION ALL SELECT line.period, line.held_nano, line.posted_nano, ifnull(state, 'held')
                  FROM line LEFT JOIN attempt USING(request, attempt)),
            sums AS (SELECT period, total(ifnull(posted, 0)) > 9e18 AS large,
                sum(ifnull(posted, 0)/1000000000) AS posted_units, sum(ifnull(posted, 0)%1000000000) AS posted_nanos,
                sum(iif(posted IS NULL, held, 0)) AS held, sum(iif(state='presumed', posted, 0)) AS presumed
              FROM lines GROUP BY period),
            corrections AS (SELECT period, sum(nano) AS nano, sum(iif(kind='presumed_release', nano, 0)) AS released
              FROM adjustment WHERE period NOT NULL AND kind<>'limit_change' GROUP BY period)
            SELECT id, scope, name, window, label, posted_nano, held_nano, presumed_nano,
              posted_units, posted_nanos, sums.held, sums.presumed, corrections.nano, released, ifnull(large, 0)
            FROM period LEFT JOIN sums ON sums.period=id LEFT JOIN corrections ON corrections.period=id
            """)
        var findings: [Finding] = []
        while try select.step() {
            guard select.integer(14) == 0 else { continue }  // saturated: a sum would exceed 64 bits
            let place =
                "period \(select.integer(0)) (\(select.text(1)) \(select.text(2)), \(select.text(3)) \(select.text(4)))"
            func compare(_ name: String, _ counter: Int64, _ lines: Int64) {
                guard counter != lines else { return }
                let texts = (Money.decimal(nano: counter), Money.decimal(nano: lines))
                findings.append(Finding(place: place, problem: "\(name) is \(texts.0), its lines sum up to \(texts.1)"))
            }
            let posted = Int128(select.integer(8)) * 1_000_000_000 + Int128(select.integer(9))
            compare("posted", select.integer(5), Int64(clamping: posted + Int128(select.integer(12))))
            compare("held", select.integer(6), select.integer(10))
            compare("presumed", select.integer(7), select.integer(11).addingClamped(select.integer(13)))
        }
        return findings
    }

    private func attemptStates() throws -> [Finding] {
        let rules: [(condition: String, problem: String)] = [
            ("state='voided' AND cost_nano<>0", "is void and has a cost"),
            ("state='presumed' AND cost_nano IS NOT bound_nano", "is presumed and not charged at its bound"),
            ("state='posted' AND cost_nano>bound_nano AND violation=0", "costs more than its bound and is not marked"),
        ]
        var findings: [Finding] = []
        for rule in rules {
            try collect(
                "SELECT request, attempt FROM attempt WHERE \(rule.condition) LIMIT 20", rule.problem, &findings)
        }
        try collect(
            """
            SELECT line.request, line.attempt FROM line LEFT JOIN attempt USING(request, attempt)
            WHERE (line.posted_nano IS NULL)<>(attempt.state IS NULL) LIMIT 20
            """, "and its line disagree on whether it is settled", &findings)
        try collect(
            "SELECT request, attempt FROM hold JOIN attempt USING(request, attempt)", "is open and settled", &findings)
        for table in ["hold", "attempt"] {
            try collect(
                """
                SELECT request, attempt FROM \(table) LEFT JOIN identity ON identity.id=identity
                  LEFT JOIN period ON period.id=period
                WHERE identity.id IS NULL OR \(table).period NOT NULL AND period.id IS NULL LIMIT 20
                """, "names an identity or a period that has no row", &findings)
        }
        return findings
    }

    /// What is posted is used, too: who has reached a share with the one has reached it with the other.
    private func alerts() throws -> [Finding] {
        let select = try connection.prepare(
            """
            SELECT id FROM alert WHERE kind='posted' AND NOT EXISTS
              (SELECT 1 FROM alert AS other WHERE other.period=alert.period AND other.ppm=alert.ppm AND other.kind='held')
            LIMIT 20
            """)
        var findings: [Finding] = []
        while try select.step() {
            findings.append(
                Finding(place: "alert \(select.integer(0))", problem: "is of what is posted, and none of what is held"))
        }
        return findings
    }

    /// A key is written with its request's first hold. Keys that are older than all attempts may have lost theirs.
    private func idempotencyKeys() throws -> [Finding] {
        let select = try connection.prepare(
            """
            SELECT request FROM idempotency WHERE request>=(SELECT min(request) FROM attempt)
              AND NOT EXISTS (SELECT 1 FROM hold WHERE hold.request=idempotency.request)
              AND NOT EXISTS (SELECT 1 FROM attempt WHERE attempt.request=idempotency.request) LIMIT 20
            """)
        var findings: [Finding] = []
        while try select.step() {
            findings.append(Finding(place: "\(select.requestID(0))", problem: "has an idempotency key and no attempt"))
        }
        return findings
    }

    private func collect(_ sql: String, _ problem: String, _ findings: inout [Finding]) throws {
        let select = try connection.prepare(sql)
        while try select.step() {
            findings.append(Finding(place: "\(select.requestID(0)) attempt \(select.integer(1))", problem: problem))
        }
    }

    private func auditChain() throws -> [Finding] {
        let select = try connection.prepare("SELECT n, chain, at, actor, action, subject, detail FROM audit ORDER BY n")
        var previous = AuditEntry.origin
        while try select.step() {
            let link = AuditEntry(select, from: 2).link(after: previous)
            guard link == select.bytes(1) else {
                return [
                    Finding(place: "audit row \(select.integer(0))", problem: "was changed, or one before it removed")
                ]
            }
            previous = link
        }
        return []
    }
}

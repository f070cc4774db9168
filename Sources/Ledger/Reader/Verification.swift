import Inference

extension LedgerReader {
    /// Derives every counter anew from its lines and returns what differs; empty when the books balance.
    ///
    /// Also checks the file's structure, that each attempt's state agrees with its lines, its cost with its usage and price,
    /// each roll-up with its rows, names with the keys that they were made for, that alerts and idempotency keys have what
    /// they stand on, and the audit trail's chain and end.
    package func verify() throws(LedgerError) -> [Finding] {
        try read {
            try structure() + periods() + attemptStates() + charges() + rollups() + alerts() + idempotencyKeys()
                + names() + auditTrail()
        }
    }

    /// Returns where the audit trail was changed; empty when its chain is whole.
    package func verifyAudit() throws(LedgerError) -> [Finding] { try read { try auditTrail() } }

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

    private func attemptStates() throws -> [Finding] {
        let rules: [(condition: String, problem: String)] = [
            ("state='voided' AND cost_nano<>0", "is void and has a cost"),
            ("state='presumed' AND cost_nano IS NOT bound_nano", "is presumed and not charged at its bound"),
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
            SELECT request FROM idempotency WHERE at>=(SELECT value FROM meta WHERE name='attempts_kept_from')
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

    private func charges() throws -> [Finding] {
        var charges = try ChargeVerification(connection, identities, costsFrom: try meta("costs_from"))
        try charges.run()
        return charges.findings
    }

    /// The chain says that nothing was changed or taken out before the last row, the count that none was cut off behind it.
    private func auditTrail() throws -> [Finding] {
        let (count, written) = (try connection.integer("SELECT max(n) FROM audit") ?? 0, try meta("audit_rows"))
        let end =
            count == written
            ? [] : [Finding(place: "audit trail", problem: "ends with row \(count), \(written) were written")]
        return try auditChain() + end
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

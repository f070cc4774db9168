/// Compares the names that calls are attributed to with what the audit trail says of their keys.
extension LedgerReader {
    /// Each identity names a key of its application, and each key is of the application that it was made for.
    func names() throws -> [Finding] {
        try identityKeys() + keyEntries()
    }

    private func identityKeys() throws -> [Finding] {
        let select = try connection.prepare(
            """
            SELECT identity.id, identity.application, identity.key, key.application FROM identity
              LEFT JOIN key ON key.id=identity.key
            WHERE identity.key<>'' AND key.application IS NOT identity.application AND EXISTS(SELECT 1 FROM key) LIMIT 20
            """)
        var findings: [Finding] = []
        while try select.step() {
            let problem =
                select.optionalText(3).map { "is of application '\($0)'" } ?? "has no row"
            findings.append(
                Finding(
                    place: "identity \(select.integer(0))",
                    problem: "is of application '\(select.text(1))', and its key \(select.text(2)) \(problem)"))
        }
        return findings
    }

    /// A trail without a key's making is of a ledger whose keys are older than it.
    private func keyEntries() throws -> [Finding] {
        let made = try connection.prepare(
            "SELECT subject, detail FROM audit WHERE action='keys.create' OR action='keys.rotate'")
        var details: [String: String] = [:]
        while try made.step() { details[made.text(0)] = made.text(1) }
        guard !details.isEmpty else { return [] }
        let keys = try connection.prepare("SELECT id, application FROM key ORDER BY id")
        var findings: [Finding] = []
        while findings.count < 20, try keys.step() {
            let (id, application) = (keys.text(0), keys.text(1))
            guard let detail = details[id] else {
                findings.append(Finding(place: "key \(id)", problem: "was made without an entry in the audit trail"))
                continue
            }
            guard !detail.hasPrefix("application=\(application) ") else { continue }
            findings.append(
                Finding(
                    place: "key \(id)",
                    problem: "is of application '\(application)', the audit trail says it was made with \(detail)"))
        }
        return findings
    }
}

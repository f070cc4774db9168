import Inference

/// How a price book differs from an earlier state of itself.
package struct PriceChanges: Sendable {
    package enum Kind: String, Sendable {
        case added, changed, removed
    }

    package struct Change: Sendable {
        package var kind: Kind
        /// `openai/gpt-5 from 2026-11-01`
        package var name: String
        /// Such as `input 2 → 2.5`; empty for an entry that is added or removed.
        package var details: [String]
    }

    /// By name.
    package let changes: [Change]
    package let findings: [Diagnostic]

    /// - Parameter day: `YYYY-MM-DD`, UTC: an entry that was in force before it has billed calls.
    package init(from old: [PriceEntry], to new: [PriceEntry], today day: String) {
        let before = Dictionary(old.map { ($0.name, $0) }) { first, _ in first }
        let after = Dictionary(new.map { ($0.name, $0) }) { first, _ in first }
        var changes: [Change] = []
        var findings: [Diagnostic] = []
        func add(_ severity: Diagnostic.Severity, _ entry: PriceEntry, _ message: String) {
            findings.append(
                Diagnostic(
                    severity: severity, file: entry.place.file, line: entry.place.line, column: entry.place.column,
                    message: "\(entry.name): \(message)"))
        }
        for entry in new {
            guard let earlier = before[entry.name] else {
                changes.append(Change(kind: .added, name: entry.name, details: []))
                continue
            }
            let details = PriceChanges.details(from: earlier.price, to: entry.price)
            guard !details.isEmpty else { continue }
            changes.append(Change(kind: .changed, name: entry.name, details: details))
            if !entry.isUnusual, let leap = PriceLint.leap(from: earlier.price, to: entry.price) {
                add(.error, entry, "\(leap); if it is right, add 'unusual: true' to the entry")
            }
            if entry.price.from < day {
                add(
                    .warning, entry,
                    "changes what calls were billed at; add an entry with a later day, or reprice: llmgw prices reprice"
                )
            }
        }
        for entry in old where after[entry.name] == nil {
            changes.append(Change(kind: .removed, name: entry.name, details: []))
        }
        self.changes = changes.sorted { $0.name < $1.name }
        self.findings = findings
    }

    private static func details(from old: Price, to new: Price) -> [String] {
        let before = Dictionary(old.amounts.map { ($0.name, $0.nano) }) { first, _ in first }
        let after = Dictionary(new.amounts.map { ($0.name, $0.nano) }) { first, _ in first }
        var details: [String] = []
        if old.currency != new.currency { details.append("currency \(old.currency) → \(new.currency)") }
        for name in Set(before.keys).union(after.keys).sorted() where before[name] != after[name] {
            let (from, to) = (before[name].map(PriceLint.plain), after[name].map(PriceLint.plain))
            details.append("\(name) \(from ?? "none") → \(to ?? "none")")
        }
        return details
    }
}

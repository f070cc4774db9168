import CivilTime
import Inference
package import Ledger

/// Books corrections of charges; each batch is one transaction with its entry in the audit trail.
///
/// The admin API uses it in a running gateway, and the command line where none runs.
package struct AdjustmentActions: Sendable {
    /// Corrections of one transaction: the writer serves calls between two of them.
    package static let batch = 200
    /// What a person may book through commands.
    package static let kinds: [Adjustment.Kind] = [.reprice, .presumedRelease]

    private let ledger: LedgerWriter
    /// Who acts, for the audit trail.
    private let actor: String

    package init(_ ledger: LedgerWriter, actor: String) {
        self.ledger = ledger
        self.actor = actor
    }

    /// Books the order whole or not at all.
    package func book(_ order: AdjustmentOrder) async throws(LedgerError) {
        let now = Clock.utcMilliseconds()
        let adjustments = order.lines.map { line in
            var adjustment = Adjustment(
                request: line.request, attempt: line.attempt, kind: order.kind, nano: line.nano, by: actor,
                reason: order.reason, at: now, id: line.id)
            adjustment.currency = line.currency
            return adjustment
        }
        let sum = order.lines.reduce(Int64(0)) { $0.addingClamped($1.nano) }
        let note = AuditEntry(
            at: now, actor: actor, action: "adjustments.\(order.kind.rawValue)", subject: order.subject,
            detail: "count=\(order.lines.count) sum=\(Money.decimal(nano: sum)) reason=\(order.reason)")
        try await ledger.adjust(adjustments, note: note)
    }
}

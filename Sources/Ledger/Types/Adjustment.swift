package import Inference

/// A later correction of one attempt: a signed row of its own; the attempt's row stays as it was.
package struct Adjustment: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable {
        case lateUsage = "late_usage"
        case presumedRelease = "presumed_release"
        case fxRevaluation = "fx_revaluation"
        case providerInvoice = "provider_invoice"
        case reprice
        case manual
        case limitChange = "limit_change"
    }

    package var request: RequestID
    package var attempt: Int
    package var kind: Kind
    /// Signed, in the currency of the attempt's price; its periods get it at the rate of the hold.
    package var nano: Int64
    package var by: String
    package var reason: String
    /// UTC milliseconds.
    package var at: Int64
    /// The caller's name for the correction; the ledger books a name only once.
    package var id: String?
    /// The currency of a correction to an attempt whose price was unknown; nil where the attempt has one.
    package var currency: Currency?

    package init(
        request: RequestID, attempt: Int, kind: Kind, nano: Int64, by: String, reason: String, at: Int64,
        id: String? = nil
    ) {
        self.request = request
        self.attempt = attempt
        self.kind = kind
        self.nano = nano
        self.by = by
        self.reason = reason
        self.at = at
        self.id = id
    }
}

/// A later correction of one period as a whole, of no attempt: `manual` or `fxRevaluation`.
package struct PeriodAdjustment: Sendable, Hashable {
    /// The period's row, as in ``PeriodState``.
    package var period: Int64
    package var kind: Adjustment.Kind
    /// Signed, in the period's currency.
    package var nano: Int64
    package var by: String
    package var reason: String
    /// UTC milliseconds.
    package var at: Int64
    /// The caller's name for the correction; the ledger books a name only once.
    package var id: String?

    package init(
        period: Int64, kind: Adjustment.Kind, nano: Int64, by: String, reason: String, at: Int64, id: String? = nil
    ) {
        self.period = period
        self.kind = kind
        self.nano = nano
        self.by = by
        self.reason = reason
        self.at = at
        self.id = id
    }
}

/// Something that a person or program did to the gateway: append-only, chained by hash.
package struct AuditEntry: Sendable, Hashable {
    /// UTC milliseconds.
    package var at: Int64
    package var actor: String
    /// Such as `keys.create`.
    package var action: String
    package var subject: String
    package var detail: String

    package init(at: Int64, actor: String, action: String, subject: String, detail: String) {
        self.at = at
        self.actor = actor
        self.action = action
        self.subject = subject
        self.detail = detail
    }
}

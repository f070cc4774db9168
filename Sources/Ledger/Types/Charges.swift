package import Inference

/// Whose charge it is, and what it was billed at: one row of the ledger's identities.
package struct ChargeSource: Sendable, Hashable {
    /// The ledger's number for it; the same for all charges of the same source.
    package var id: Int64
    package var call: CallIdentity
    package var provider: String
    /// The vendor's own model name.
    package var upstreamModel: String
    /// Nil when the target has no price, or is free.
    package var price: Price?
    package var isFree: Bool
    /// Nil when the target has no price.
    package var currency: Currency?
}

/// What one settled attempt cost.
package struct ChargeRow: Sendable {
    package var source: ChargeSource
    /// UTC milliseconds.
    package var admittedAt: Int64
    package var basis: Basis
    package var usage: Usage
    /// In nano-units of the source's currency; nil when the price is unknown.
    package var cost: Int64?
}

/// A correction of a charge, after its settlement.
package struct CorrectionRow: Sendable {
    package var source: ChargeSource
    /// When the corrected attempt was admitted, UTC milliseconds.
    package var admittedAt: Int64
    /// When the correction was made, UTC milliseconds.
    package var at: Int64
    package var kind: Adjustment.Kind
    /// In nano-units of the source's currency; negative when money comes back.
    package var nano: Int64
}

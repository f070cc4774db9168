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
    /// Another attempt of the same request came after it.
    package var isSuperseded = false
    /// The service tier that served, and where, as the vendor reported them.
    package var tier: String?
    package var geo: String?
}

/// A correction of a charge, after its settlement.
package struct CorrectionRow: Sendable {
    package var source: ChargeSource
    /// When the corrected attempt was admitted, UTC milliseconds.
    package var admittedAt: Int64
    /// When the correction was made, UTC milliseconds.
    package var at: Int64
    package var kind: Adjustment.Kind
    /// Of the source, or the correction's own where the charge had no price.
    package var currency: Currency
    /// In nano-units of ``currency``; negative when money comes back. Zero where the query asks for another currency.
    package var nano: Int64
    /// The request counted as unpriced up to this correction.
    package var givesPrice = false
}

/// What no charge of a window says.
package struct ChargesEnd: Sendable {
    /// Holds that are open: charges that are still to come.
    package var open: Int64
    /// As in ``CostReport/gaps``.
    package var gaps: [Range<Int64>]
}

/// What is left of attempts whose rows were removed: their sum over a quarter of an hour.
package struct ChargeSum: Sendable {
    package var source: ChargeSource
    /// The beginning of the quarter, UTC milliseconds.
    package var from: Int64
    package var usage: Usage
    /// In nano-units of the source's currency, with corrections and what is presumed; nil when nothing had a price.
    package var cost: Int64?
    /// The part of it that is presumed.
    package var presumed: Int64
    /// Requests whose price is unknown.
    package var unpriced: Int64
}

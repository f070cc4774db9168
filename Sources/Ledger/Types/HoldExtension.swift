package import Inference

/// More room for an attempt that runs: its hold grows to a new bound.
package struct HoldExtension: Sendable {
    package var request: RequestID
    package var attempt: Int
    /// Counts the attempt's extensions from 1; one that was made before is answered again and changes nothing.
    package var seq: Int
    /// The new bound of the whole attempt, not what is added to it.
    package var quote: Quote
    /// The lines of the hold with the new bound of the whole attempt; each period of the hold must be among them.
    package var lines: [BudgetLine]

    package init(request: RequestID, attempt: Int, seq: Int, quote: Quote, lines: [BudgetLine]) {
        self.request = request
        self.attempt = attempt
        self.seq = seq
        self.quote = quote
        self.lines = lines
    }
}

/// The answer to ``LedgerWriter/extend(_:)``.
package enum ExtendResult: Sendable, Hashable {
    /// The larger hold is durable. The states are those after it, in the order of the extension's lines.
    case extended([PeriodState])
    /// There is no room: the attempt may use up what it holds, and is never extended again.
    case final([PeriodState])
    /// The attempt has no open hold.
    case missing
    /// The ledger cannot record now, or the extension does not fit its hold; the hold is as it was.
    case unavailable(LedgerError)
}

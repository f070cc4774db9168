/// How long rows are kept, since their moment; nil keeps them for ever. What they add up to is always kept.
package struct LedgerRetention: Sendable, Hashable {
    /// Settled attempts with their lines, in whole quarters of an hour. One that counts in a period that still runs stays.
    package var attempts: Duration?
    /// Requests that reached no target.
    package var refused: Duration?
    /// Judgements with what they credit.
    package var feedback: Duration?
    /// Clients' names for requests, while which a repetition is recognised.
    package var idempotency: Duration?

    package init() {}

    var isEndless: Bool { self == LedgerRetention() }
}

/// Before which moments rows may have been removed, UTC milliseconds; nil while none was.
package struct KeptRows: Sendable, Hashable {
    package var attempts: Int64?
    package var refused: Int64?
}

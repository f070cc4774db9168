import Inference

/// A request that its client sends again is not run again; its key is written with its first hold.
extension Writer {
    /// Returns how to answer a hold whose key is taken; nil when it may run.
    func repetition(_ hold: HoldRequest) throws(SQLiteError) -> AdmitResult? {
        guard hold.attempt == 1, let key = hold.idempotency else { return nil }
        guard key.isValid else {
            let why = "an idempotency key has at most 255 bytes, and its body's hash has 32"
            return .unavailable(LedgerError(.conflict, "\(hold.request): \(why)"))
        }
        guard let row = try idempotency.find(key) else { return nil }
        let past = try PastRequest(row.request, connection)
        // Between two attempts nothing is open; what an earlier process left so will never go on.
        let runs = past.isOpen || !past.hasEnded && row.epoch == epoch.number
        guard runs || !past.isFree else { return nil }
        if row.bodyHash != key.bodyHash { return .repeated(.otherBody(past.id)) }
        if runs { return .repeated(.inFlight(past.id)) }
        return .repeated(.done(past.id, status: past.status, cost: past.cost))
    }
}

/// What the file knows of an earlier request.
private struct PastRequest {
    var id: RequestID
    /// An attempt has an open hold.
    var isOpen: Bool
    /// Its end is noted, or its rows are gone.
    var hasEnded: Bool
    /// No attempt was charged for.
    var isFree: Bool
    var status: Int?
    var cost: Money?

    init(_ id: RequestID, _ connection: Connection) throws(SQLiteError) {
        self.id = id
        let holds = try connection.prepare("SELECT count(*) FROM hold WHERE request=?")
        holds.bind(1, id)
        isOpen = try holds.step() && holds.integer(0) > 0
        let attempts = try connection.prepare(
            """
            SELECT count(*), count(outcome), sum(state<>'voided'), max(status),
              sum(state<>'voided' AND cost_nano IS NULL), total(cost_nano)<9e18, sum(cost_nano/1000000000),
              sum(cost_nano%1000000000), min(currency), max(currency)
            FROM attempt JOIN identity ON identity.id=identity WHERE request=?
            """)
        attempts.bind(1, id)
        guard try attempts.step(), attempts.integer(0) > 0 else {
            (hasEnded, isFree) = (true, false)
            return
        }
        hasEnded = attempts.integer(1) > 0
        isFree = attempts.integer(2) == 0
        status = attempts.optionalInteger(3).map { Int(clamping: $0) }
        guard attempts.integer(4) == 0, attempts.integer(5) != 0, attempts.text(8) == attempts.text(9) else { return }
        let nano = attempts.integer(6) * 1_000_000_000 + attempts.integer(7)
        cost = Currency(attempts.text(8)).map { Money(nano: nano, $0) }
    }
}

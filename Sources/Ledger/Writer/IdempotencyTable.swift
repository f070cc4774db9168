import Inference

/// The keys of requests, each with the request that had it first.
struct IdempotencyTable {
    struct Row {
        var request: RequestID
        var bodyHash: [UInt8]
        /// The process that admitted it.
        var epoch: Int64
    }

    private let select: Statement
    private let insert: Statement

    init(_ connection: Connection) throws(SQLiteError) {
        select = try connection.prepare(
            "SELECT request, body_hash, epoch FROM idempotency WHERE application=? AND key=?")
        insert = try connection.prepare(
            "INSERT OR REPLACE INTO idempotency(application, key, request, body_hash, at, epoch) VALUES(?,?,?,?,?,?)")
    }

    func find(_ key: IdempotencyKey) throws(SQLiteError) -> Row? {
        select.bind(1, key.application)
        select.bind(2, key.key)
        defer { select.reset() }
        guard try select.step() else { return nil }
        return Row(request: select.requestID(0), bodyHash: select.bytes(1), epoch: select.integer(2))
    }

    /// Writes a key, in place of a request that cost nothing.
    ///
    /// - Parameter moment: of the request's admission, UTC milliseconds.
    func write(
        _ key: IdempotencyKey, of request: RequestID, at moment: Int64, in epoch: Int64
    ) throws(SQLiteError) {
        insert.bind(1, key.application)
        insert.bind(2, key.key)
        insert.bind(3, request)
        insert.bind(4, key.bodyHash)
        insert.bind(5, moment)
        insert.bind(6, epoch)
        try insert.run()
    }
}

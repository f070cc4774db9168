import Inference

/// How requests ended: on the row of their last attempt, or on a row of their own when they reached no target.
struct RequestTable {
    private let insert: Statement
    private let update: Statement
    private let lastAttempt: Statement
    private let connection: Connection

    init(_ connection: Connection) throws(SQLiteError) {
        self.connection = connection
        insert = try connection.prepare(
            """
            INSERT OR IGNORE INTO request(request, identity, endpoint, outcome, status, stream, started_at, total_ms,
              total_first_byte_ms, session, unit, tags, request_error, fallback, max_tokens, clipped_to, degraded_from,
              cut_by, idempotency_key, limit_imposed, user)
            VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
            """)
        update = try connection.prepare(
            """
            UPDATE attempt SET endpoint=?, outcome=?, status=?, stream=?, started_at=?, total_ms=?,
              total_first_byte_ms=?, session=?, unit=?, tags=?, request_error=?, fallback=?, max_tokens=?,
              clipped_to=?, degraded_from=?, cut_by=?, idempotency_key=?, limit_imposed=?, user=?
            WHERE request=? AND attempt=? AND outcome IS NULL
            """)
        lastAttempt = try connection.prepare("SELECT max(attempt) FROM attempt WHERE request=?")
    }

    /// Notes the end on the last settled attempt; returns false when there is none. An end that is noted stays.
    func close(_ end: RequestEnd) throws(SQLiteError) -> Bool {
        lastAttempt.bind(1, end.request)
        defer { lastAttempt.reset() }
        guard try lastAttempt.step(), let attempt = lastAttempt.optionalInteger(0) else { return false }
        update.bind(end: end, from: 1)
        update.bind(19, end.user)
        update.bind(20, end.request)
        update.bind(21, attempt)
        try update.run()
        return true
    }

    /// Writes the row of a request without attempts; returns false when there is one, which stays.
    func insert(_ end: RequestEnd, identity: Int64) throws(SQLiteError) -> Bool {
        insert.bind(1, end.request)
        insert.bind(2, identity)
        insert.bind(end: end, from: 3)
        insert.bind(21, end.user)
        try insert.run()
        return connection.changes > 0
    }
}

extension Statement {
    /// Binds the eighteen columns that say how a request ended, or NULL to each.
    func bind(end: RequestEnd?, from index: Int32) {
        guard let end else {
            for column in index..<index + 18 { bindNull(column) }
            return
        }
        bind(index, end.endpoint)
        switch end.outcome {
        case .completed: bind(constant: "completed", index + 1)
        case .truncated: bind(constant: "truncated", index + 1)
        case .cancelled: bind(constant: "cancelled", index + 1)
        case .failed: bind(constant: "failed", index + 1)
        case .refused: bind(constant: "refused", index + 1)
        }
        bind(index + 2, Int64(end.status))
        bind(index + 3, end.stream)
        bind(index + 4, end.startedAt)
        bind(index + 5, end.durationMs)
        bind(index + 6, end.firstByteMs)
        bind(index + 7, end.session)
        bind(index + 8, end.unitHash)
        bind(index + 9, end.tags)
        bind(index + 10, end.errorCode)
        bind(index + 11, end.fallback)
        bind(index + 12, end.maxTokens)
        bind(index + 13, end.clippedTo)
        bind(index + 14, end.degradedFrom)
        bind(index + 15, end.cutBy)
        bind(index + 16, end.idempotencyKey)
        if let isImposed = end.isLimitImposed { bind(index + 17, isImposed) } else { bindNull(index + 17) }
    }
}

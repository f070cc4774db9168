import Inference

/// How far an admission was ever from the moment in its request's id.
///
/// Rows lie in the order of ids; with this bound a report over a span of admissions reads a span of rows and misses
/// none, whatever clocks and long requests did.
struct Skew {
    private var bound: Int64 = 0
    private let connection: Connection
    private let update: Statement

    init(_ connection: Connection) throws(SQLiteError) {
        self.connection = connection
        update = try connection.prepare("UPDATE meta SET value=max(value, ?) WHERE name='skew_ms'")
        bound = try connection.integer("SELECT value FROM meta WHERE name='skew_ms'") ?? 0
    }

    /// Doubles the bound when it is too small, so that few admissions write.
    mutating func note(_ admittedAt: Int64, of request: RequestID) throws(SQLiteError) {
        let (difference, overflowed) = admittedAt.subtractingReportingOverflow(request.milliseconds)
        let distance = overflowed || difference == .min ? .max : abs(difference)
        guard distance > bound else { return }
        bound = distance > 1 << 60 ? .max : max(60_000, distance * 2)
        update.bind(1, bound)
        try update.run()
    }

    /// Forgets what a rollback undid: the next admission writes it again.
    mutating func forget() { bound = 0 }
}

/// One life of the writing process.
struct Epoch {
    let number: Int64
    private let connection: Connection

    /// Begins the next epoch, inside a transaction.
    init(_ connection: Connection, at moment: Int64) throws(SQLiteError) {
        self.connection = connection
        try connection.execute("INSERT INTO epoch(started_at) VALUES(\(moment))")
        number = connection.lastRowID
    }

    /// Notes a stop that left nothing open.
    func stop(at moment: Int64) throws(SQLiteError) {
        try connection.execute("UPDATE epoch SET stopped_at=\(moment) WHERE n=\(number)")
    }
}

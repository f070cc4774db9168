import Inference

extension LedgerBenchmark {
    /// Fills a new ledger with settled calls, spread evenly over the thirty days before `now`, and with their roll-ups.
    ///
    /// - Parameter now: UTC milliseconds.
    package static func fill(_ ledger: LedgerWriter, rows: Int, now: Int64) async throws(LedgerError) {
        _ = await run(on: ledger, requests: 1, concurrency: 1)  // the row that the others are copies of
        let identities = try await ledger.perform { writer in try writer.benchmarkIdentities() }
        let span: Int64 = 30 * 86_400_000
        for start in stride(from: 0, to: rows, by: 100_000) {
            try await ledger.perform { writer in
                let insert = try writer.copyOfAttempt()
                for row in start..<min(rows, start + 100_000) {
                    let moment = now - span + Int64(row) * span / Int64(rows)
                    insert.bind(1, RequestID(milliseconds: moment, random: (UInt64(row), 0)))
                    insert.bind(2, identities[row % identities.count])
                    insert.bind(3, moment)
                    try insert.run()
                }
            }
        }
        try await ledger.perform { writer in
            try writer.connection.execute("DELETE FROM rollup")
            try RollupDerivation.fill(writer.connection)
        }
    }
}

extension Writer {
    /// Eight applications with four models in three generations.
    fileprivate func benchmarkIdentities() throws(SQLiteError) -> [Int64] {
        var ids: [Int64] = []
        for generation in 0..<3 {
            for model in 0..<4 {
                for application in 0..<8 {
                    let call = CallIdentity(
                        application: "bench-\(application)", team: "bench", key: "key_bench_\(application)",
                        model: "chat-\(model)", generation: "g-\(generation)", commit: nil)
                    let entry = IdentityBook.Entry(
                        call: call, provider: "sim", upstreamModel: "sim-\(model)", price: LedgerBenchmark.price,
                        isFree: false, currency: .usd)
                    ids.append(try identities.id(of: entry))
                }
            }
        }
        return ids
    }

    /// Writes a settled attempt like the file's first: request, identity and moment are the parameters. It is on no
    /// period, so that no counter misses it.
    fileprivate func copyOfAttempt() throws(SQLiteError) -> Statement {
        let names = try connection.prepare("SELECT group_concat(name) FROM pragma_table_info('attempt') WHERE cid>4")
        guard try names.step() else { throw .failed("attempt has no columns") }
        let own: Set = ["period", "fx", "posted_nano"]
        let copied = names.text(0).split(separator: ",").map(String.init).filter { !own.contains($0) }
        let list = copied.joined(separator: ", ")
        return try connection.prepare(
            """
            INSERT INTO attempt(request, attempt, identity, superseded, admitted_at, \(list))
            SELECT ?1, 1, ?2, 0, ?3, \(list) FROM attempt WHERE request=(SELECT max(request) FROM attempt)
            """)
    }
}

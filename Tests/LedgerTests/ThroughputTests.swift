import Ledger
import Testing

@Suite(.serialized) struct ThroughputTests {
    /// Prints figures, since they are the machine's; in a debug build they are several times worse than they will be.
    @Test(arguments: [(lanes: 1, levels: 1), (lanes: 64, levels: 1), (lanes: 64, levels: 3)])
    func everyRequestIsRecorded(lanes: Int, levels: Int) async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let result = await LedgerBenchmark.run(
            on: ledger, requests: lanes == 1 ? 500 : 3_200, concurrency: lanes, levels: levels)
        await ledger.close()
        let report = try LedgerReader.open(folder.ledger).costs(CostQuery(from: 0, to: .max))

        print(
            """
            ledger: \(lanes) lanes, \(levels) levels: \(Int(result.requestsPerSecond)) requests/s, \
            \(result.requests / max(1, result.commits)) requests a commit, \
            \((result.writerMicroseconds * 10).rounded() / 10) µs of the writer's processor time each
            """)
        #expect(report.total.requests == Int64(result.requests) && report.complete)
        #expect(try LedgerReader.open(folder.ledger).verify().isEmpty)
    }
}

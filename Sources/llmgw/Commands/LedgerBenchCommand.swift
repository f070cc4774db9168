import CivilTime
import Glibc
import Ledger
import Reports

extension Command {
    static let ledgerBench = Command(
        name: "ledger bench", summary: "how many calls a second this disk can record, each hold and settlement durable",
        notes: [
            "It fills a ledger of its own beside the configured one, and removes it. Run it on the disk that serves."
        ],
        options: [
            Option("requests", .integer(1...1_000_000), "calls to record; 20,000 unless told"),
            Option("concurrency", .integer(1...1024), "calls at once; 64 unless told"),
            Option(
                "rows", .integer(1...100_000_000), "settled calls that lie in the file before; it needs 400 bytes each"),
            .config, .database,
        ],
        examples: [
            Example("llmgw ledger bench", "64 calls at once"),
            Example("llmgw ledger bench --concurrency 1 --requests 1000", "what a single caller waits for"),
            Example("llmgw ledger bench --rows 1000000", "with a month of calls in the file, and a report over them"),
        ]
    ) { arguments, context in
        let location = try LedgerLocation(arguments, context)
        let (requests, concurrency) = (arguments.integer("requests") ?? 20_000, arguments.integer("concurrency") ?? 64)
        let folder = try BenchFolder(beside: location.path)
        defer { folder.remove() }
        let ledger = try open(folder.path + "/ledger.db")
        return try MainLoop.run { _ in
            if let rows = arguments.integer("rows") {
                try await LedgerBenchmark.fill(ledger, rows: rows, now: Clock.utcMilliseconds())
            }
            let run = await LedgerBenchmark.run(on: ledger, requests: requests, concurrency: concurrency)
            await ledger.close()
            let (calls, commits) = (Figures.count(Int64(run.requests)), Figures.count(Int64(run.commits)))
            let took = Figures.duration(milliseconds: Int64(run.seconds * 1000))
            let writer = Int64(run.writerMicroseconds.rounded())
            context.output.line("\(calls) calls, \(concurrency) at once, in \(took): hold and settlement each durable")
            context.output.line("\(Figures.count(Int64(run.requestsPerSecond))) calls a second")
            context.output.line("\(commits) commits; \(writer) µs of the writer's processor time a call")
            let (median, p99) = (Int64(run.holdMicroseconds.median), Int64(run.holdMicroseconds.p99))
            context.output.line(
                "a hold is durable within \(Figures.count(median)) µs (median), \(Figures.count(p99)) µs (p99)")
            if let rows = arguments.integer("rows") {
                let took = Figures.duration(milliseconds: try timeOfReport(folder.path + "/ledger.db"))
                context.output.line(
                    "a month's costs by application, day and model over \(Figures.count(Int64(rows))) calls: \(took)")
            }
            return .success
        }
    }

    /// Milliseconds for the costs of the last thirty days.
    private static func timeOfReport(_ path: String) throws -> Int64 {
        let reader = try LedgerReader.open(path)
        let now = Clock.utcMilliseconds()
        let start = ContinuousClock.now
        let days = stride(from: now / 86_400_000 - 30, through: now / 86_400_000, by: 1)
        let query = CostQuery(
            from: now - 30 * 86_400_000, to: now, by: [.application, .day, .model],
            dayStarts: days.map { ("\($0)", $0 * 86_400_000) })
        guard try !reader.costs(query).rows.isEmpty else { throw Failure(.failure, "\(path): the report is empty") }
        return Int64((ContinuousClock.now - start) / .milliseconds(1))
    }

    private static func open(_ path: String) throws(Failure) -> LedgerWriter {
        do throws(LedgerError) {
            return try LedgerWriter.open(path)
        } catch {
            throw Failure(.failure, error.message)
        }
    }
}

/// A folder of its own on the ledger's disk, for the length of the measurement.
struct BenchFolder {
    let path: String

    init(beside ledger: String) throws(Failure) {
        let parent = ledger.contains("/") ? String(ledger[..<(ledger.lastIndex(of: "/") ?? ledger.startIndex)]) : "."
        var template = Array("\(parent)/bench-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw Failure(.failure, "\(parent): no folder can be made in it: \(String(cString: strerror(errno)))")
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func remove() {
        for suffix in ["", "-wal", "-shm", ".lock", ".reserve"] { unlink("\(path)/ledger.db\(suffix)") }
        rmdir(path)
    }
}

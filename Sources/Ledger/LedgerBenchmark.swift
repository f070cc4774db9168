import CivilTime
import Crypto
import Inference

/// How fast a ledger on this disk is: holds and settlements, each durable, with one budget level.
package struct LedgerBenchmark: Sendable {
    package var requests: Int
    package var seconds: Double
    package var commits: Int
    /// Of the writer's thread for each request, in microseconds.
    package var writerMicroseconds: Double
    /// How long a caller waited for its hold, in microseconds: the median, and what one in a hundred exceeded.
    package var holdMicroseconds: (median: Double, p99: Double)

    package var requestsPerSecond: Double { Double(requests) / seconds }

    /// Fills a ledger with `requests` requests, `concurrency` of them at any time. The file should be a new one.
    package static func run(
        on ledger: LedgerWriter, requests: Int, concurrency: Int, levels: Int = 1
    ) async -> LedgerBenchmark {
        let before = ledger.statistics
        let start = ContinuousClock.now
        let each = max(1, requests / max(1, concurrency))
        let waits = await withTaskGroup(of: [Int64].self) { group in
            for lane in 0..<concurrency {
                group.addTask { await serve(each, lane: lane, levels: levels, on: ledger) }
            }
            return await group.reduce(into: []) { $0 += $1 }.sorted()
        }
        let (elapsed, after) = (ContinuousClock.now - start, ledger.statistics)
        let total = each * concurrency
        return LedgerBenchmark(
            requests: total, seconds: elapsed / .seconds(1), commits: after.commits - before.commits,
            writerMicroseconds: Double(after.processorTime - before.processorTime) / 1_000 / Double(total),
            holdMicroseconds: (share(0.5, of: waits), share(0.99, of: waits)))
    }

    /// Microseconds that `share` of the ascending nanoseconds do not exceed.
    private static func share(_ share: Double, of waits: [Int64]) -> Double {
        waits.isEmpty ? 0 : Double(waits[min(waits.count - 1, Int(Double(waits.count) * share))]) / 1_000
    }

    /// Returns the nanoseconds that each hold took.
    private static func serve(_ requests: Int, lane: Int, levels: Int, on ledger: LedgerWriter) async -> [Int64] {
        var waits: [Int64] = []
        for index in 0..<requests {
            let now = utcMilliseconds()
            let start = monotonicNanoseconds()
            let id = RequestID(milliseconds: now, random: (UInt64(lane), UInt64(index)))
            guard case .held = await ledger.admit(hold(id, at: now, lane: lane, levels: levels)) else { continue }
            waits.append(monotonicNanoseconds() - start)
            var end = AttemptEnd(
                request: id, attempt: 1,
                settlement: Settlement(
                    basis: .reported, usage: Usage(input: 1_200, output: 300), cost: Money(nano: 1_800, .usd)))
            end.upstreamStatus = 200
            end.upstreamRequestID = "chatcmpl-9f2b7c1e5a"
            end.firstByteMs = 210
            end.durationMs = 900
            end.servedModel = "sim-small-2026-05-01"
            end.sentDigest = SHA256.hash(end.request.description)
            var closing = RequestEnd(
                request: id, identity: identity(lane), endpoint: "/v1/chat/completions", outcome: .completed,
                status: 200,
                stream: true, startedAt: now, durationMs: 905)
            closing.firstByteMs = 215
            _ = try? await ledger.settle(end, closing: closing)
        }
        return waits
    }

    private static func identity(_ lane: Int) -> CallIdentity {
        CallIdentity(
            application: "bench-\(lane % 8)", team: "bench", key: "key_bench_\(lane % 8)", model: "chat-default",
            generation: "g-bench-000000000001", commit: "0123456789abcdef0123456789abcdef01234567")
    }

    private static func hold(_ id: RequestID, at now: Int64, lane: Int, levels: Int) -> HoldRequest {
        let day = now / 86_400_000 * 86_400_000
        let lines = (0..<levels).map { level in
            BudgetLine(
                account: Account(level == 0 ? .application : .team, "bench-\(lane % 8)-\(level)"), window: .day,
                zone: "UTC", startsAt: day, endsAt: day + 86_400_000,
                label: CivilDate(daysSince1970: Int(now / 86_400_000)).description,
                limit: Money(nano: .max / 4, .usd), nano: 4_000)
        }
        return HoldRequest(
            request: id, attempt: 1, identity: identity(lane), provider: "sim", upstreamModel: "sim-small",
            price: price,
            quote: Quote(
                provider: "sim", upstreamModel: "sim-small", attempt: 1, inputTokensMax: 4_000, outputTokensMax: 4_096,
                bound: Money(nano: 4_000, .usd)), lines: lines, at: now)
    }

    static let price = Price(
        provider: "sim", model: "sim-small", from: "2026-01-01", currency: .usd,
        rates: Rates(input: 1_000_000, output: 2_000_000), source: "benchmark")
}

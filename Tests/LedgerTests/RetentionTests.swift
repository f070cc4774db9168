import CivilTime
import Glibc
import Inference
import Testing

@testable import Ledger

@Suite struct RetentionTests {
    private static let day: Int64 = 86_400_000
    private let now = utcMilliseconds()

    private func daysAgo(_ days: Int64) -> Int64 { now - days * RetentionTests.day }

    /// A line on a day of its own, `days` ago.
    private func line(_ days: Int64, _ nano: Int64, window: BudgetWindow = .day, name: String = "bot") -> BudgetLine {
        let start = daysAgo(days) / RetentionTests.day * RetentionTests.day
        let date = CivilDate(daysSince1970: Int(start / RetentionTests.day)).description
        return BudgetLine(
            account: Account(window == .day ? .application : .team, name), window: window, zone: "UTC",
            startsAt: window == .day ? start : Timestamp.range.lowerBound,
            endsAt: window == .day ? start + RetentionTests.day : Timestamp.range.upperBound + 1,
            label: window == .day ? date : "total",
            limit: Money(nano: 1_000_000, .usd), nano: nano)
    }

    private func call(
        _ ledger: LedgerWriter, days: Int64, cost: Int64?, lines: [BudgetLine], basis: Basis = .reported
    ) async throws -> RequestID {
        let id = newID(at: daysAgo(days))
        #expect(await ledger.admit(hold(id, 60, lines: lines, at: daysAgo(days))).isHeld)
        if let cost { try await ledger.settle(end(id, cost, basis: basis), closing: closing(id)) }
        return id
    }

    /// Removes all that `wish` lets go, as the writer's own thread would in time.
    private func retain(_ folder: Folder, _ wish: LedgerRetention) throws {
        let connection = try LedgerFile.open(folder.ledger, options: LedgerOptions())
        let retention = try #require(try Retention(connection, wish))
        for _ in 0..<200 { try retention.step(now: now) }
    }

    @Test func oldRowsGoAndTheirSumsStay() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let old = try await call(ledger, days: 40, cost: 50, lines: [line(40, 60), line(40, 60, name: "web")])
        _ = try await call(ledger, days: 40, cost: 9, lines: [line(40, 60)], basis: .presumed)
        let young = try await call(ledger, days: 3, cost: 20, lines: [line(3, 60)])
        ledger.record(closing(newID(at: daysAgo(40)), .refused))
        ledger.record(closing(newID(at: daysAgo(20)), .refused))
        try await ledger.adjust(
            Adjustment(request: old, attempt: 1, kind: .lateUsage, nano: 5, by: "t", reason: "late", at: now))
        await ledger.close()
        let query = CostQuery(from: daysAgo(41) / RetentionTests.day * RetentionTests.day, to: now, by: [.application])
        let (before, budgets) = try (
            LedgerReader.open(folder.ledger).costs(query), LedgerReader.open(folder.ledger).budgets()
        )

        var wish = LedgerRetention()
        wish.attempts = .seconds(30 * 86_400)
        wish.refused = .seconds(30 * 86_400)
        try retain(folder, wish)

        let reader = try LedgerReader.open(folder.ledger)
        #expect(try reader.request(old) == nil && reader.request(young) != nil)
        #expect(try reader.requests(RequestFilter()).count == 2)
        #expect(try reader.costs(query) == before && before.total.attempts == 3 && before.total.refused == 2)
        #expect(try reader.budgets() == budgets)
        #expect(try reader.verify().map(\.description) == [])
        let kept = try reader.keptRows()
        #expect(try #require(kept.attempts) <= daysAgo(30) && kept.attempts == kept.refused)
        try sqlite(folder.ledger, "UPDATE period SET archived_nanos=archived_nanos-1 WHERE archived_nanos>0")
        #expect(try reader.verify().count >= 1)
    }

    @Test func whatIsOpenOrCountsInAPeriodThatRunsStays() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let counting = try await call(ledger, days: 40, cost: 50, lines: [line(40, 60), line(40, 60, window: .total)])
        let open = try await call(ledger, days: 40, cost: nil, lines: [line(40, 60)])
        await withCheckedContinuation { continuation in
            _ = ledger.inbox.push(
                .direct { writer in
                    var wish = LedgerRetention()
                    wish.attempts = .zero
                    wish.idempotency = .zero
                    let retention = try? Retention(writer.connection, wish)
                    for _ in 0..<20 { try? retention?.step(now: utcMilliseconds()) }
                    continuation.resume()
                })
        }
        try await ledger.settle(end(open, 30), closing: closing(open))
        await ledger.close()

        let reader = try LedgerReader.open(folder.ledger)
        #expect(try reader.request(counting) != nil && reader.request(open) != nil)
        #expect(try reader.verify().map(\.description) == [])
    }

    @Test func aRunningWriterRemovesInSmallStepsAndGoesOn() async throws {
        let folder = try Folder()
        var ledger = try LedgerWriter.open(folder.ledger)
        for _ in 0..<400 { _ = try await call(ledger, days: 10, cost: 10, lines: [line(10, 60)]) }
        await ledger.close()
        var options = LedgerOptions()
        options.retention.attempts = .seconds(86_400)
        ledger = try LedgerWriter.open(folder.ledger, options: options)
        for _ in 0..<300 where try LedgerReader.open(folder.ledger).requests(RequestFilter()).count > 0 {
            let waited = await ContinuousClock().measure {
                _ = await ledger.admit(hold(newID(at: now), 1, lines: [], at: now))
            }
            #expect(waited < .seconds(2))
            usleep(5_000)
        }
        await ledger.close()
        let reader = try LedgerReader.open(folder.ledger)
        #expect(try reader.requests(RequestFilter()).isEmpty)
        #expect(try reader.budgets().filter { $0.account.name == "bot" }.map(\.state.posted) == [4_000])
        #expect(try reader.verify().map(\.description) == [])
    }

    @Test func feedbackAndIdempotencyKeysHaveTimesOfTheirOwn() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        for (days, name) in [(Int64(9), "old"), (2, "young")] {
            let id = newID(at: daysAgo(days))
            let made = hold(id, 1, lines: [], at: daysAgo(days), idempotency: key(name))
            #expect(await ledger.admit(made).isHeld)
            try await ledger.settle(end(id, 1), closing: closing(id))
        }
        await ledger.close()
        let columns = "id, application, key, session, metric, at, received_at, body_hash, late"
        let values = "'bot', 'key_1', 's', 'm', 0"
        for (id, days) in [("old", Int64(9)), ("young", 2)] {
            try sqlite(
                folder.ledger,
                "INSERT INTO feedback(\(columns)) VALUES('\(id)', \(values), \(daysAgo(days)), zeroblob(32), 0)")
        }
        var wish = LedgerRetention()
        wish.feedback = .seconds(5 * 86_400)
        wish.idempotency = .seconds(5 * 86_400)
        try retain(folder, wish)

        let file = try OtherProgram(folder.ledger)
        #expect(try file.text("SELECT group_concat(key) FROM idempotency") == "young")
        #expect(try file.text("SELECT group_concat(id) FROM feedback") == "young")
        #expect(try file.text("SELECT count(*) FROM attempt") == "2")
    }
}

import Glibc
import Inference
import Synchronization
import Testing

@testable import Ledger

@Suite struct FailureTests {
    @Test func aFileLockedByAnotherProgramRefusesHoldsAndKeepsSettlements() async throws {
        let folder = try Folder()
        var options = LedgerOptions()
        options.busyTimeout = .milliseconds(20)
        let ledger = try LedgerWriter.open(folder.ledger, options: options)
        let id = newID()
        _ = await ledger.admit(hold(id, 40, lines: [line(100, 40)]))

        let other = try OtherProgram(folder.ledger)
        try other.execute("BEGIN IMMEDIATE")
        let refused = await ledger.admit(hold(newID(), 1, lines: [line(100, 1)]))
        let health = ledger.health
        let settlement = Task { try await ledger.settle(end(id, 10), closing: closing(id)) }
        try await Task.sleep(for: .milliseconds(300))
        try other.execute("ROLLBACK")
        let settled = try await settlement.value
        // The settlement is answered first.
        for _ in 0..<200 where ledger.health != .healthy { try await Task.sleep(for: .milliseconds(5)) }
        let healthy = ledger.health
        await ledger.close()

        #expect(refused.failure?.kind == .unavailable)
        #expect(health != .healthy && healthy == .healthy)
        #expect(settled.applied && settled.periods.map(\.posted) == [10])
        #expect(try LedgerReader.open(folder.ledger).verify().isEmpty)
    }

    @Test func aFullDiskRefusesHoldsTellsLateSettlementsAndRecovers() async throws {
        let folder = try Folder()
        var options = LedgerOptions()
        options.settlementWait = .milliseconds(300)
        let ledger = try LedgerWriter.open(folder.ledger, options: options)
        let wide = identity(String(repeating: "long", count: 20_000))  // needs pages that are not there
        let id = newID()
        _ = await ledger.admit(hold(id, 40, lines: [line(100, 40)]))
        _ = try await ledger.perform { try $0.connection.execute("PRAGMA max_page_count=1") }

        var large = hold(newID(), 1, lines: [])
        large.identity = wide
        let refused = await ledger.admit(large)
        var heavy = end(id, 10)
        heavy.errorCode = String(repeating: "long", count: 20_000)
        let late = await #expect(throws: LedgerError.self) { try await ledger.settle(heavy) }
        let health = ledger.health
        _ = await withCheckedContinuation { continuation in
            _ = ledger.inbox.push(
                .direct { writer in
                    try? writer.connection.execute("PRAGMA max_page_count=1000000")
                    continuation.resume()
                })
        }
        while ledger.health != .healthy { try await Task.sleep(for: .milliseconds(10)) }
        let again = try await ledger.settle(end(id, 10))
        await ledger.close()
        let reader = try LedgerReader.open(folder.ledger)

        #expect(refused.failure?.kind == .unavailable)
        #expect(late?.kind == .unavailable && health != .healthy)
        #expect(!again.applied)  // the late settlement was written meanwhile
        #expect(try reader.budgets().map(\.state.posted) == [10])
        #expect(try reader.verify().isEmpty)
    }

    @Test func withoutAReserveAFullDiskIsToldAtOnceAndTheSettlementIsKept() async throws {
        let folder = try Folder()
        var options = LedgerOptions()
        options.reserve = 0
        let ledger = try LedgerWriter.open(folder.ledger, options: options)
        let id = newID()
        _ = await ledger.admit(hold(id, 40, lines: [line(100, 40)]))
        _ = try await ledger.perform { try $0.connection.execute("PRAGMA max_page_count=1") }
        var heavy = end(id, 10)
        heavy.errorCode = String(repeating: "long", count: 20_000)
        let start = ContinuousClock.now
        let late = await #expect(throws: LedgerError.self) { try await ledger.settle(heavy) }
        let waited = ContinuousClock.now - start
        _ = await withCheckedContinuation { continuation in
            _ = ledger.inbox.push(
                .direct { writer in
                    try? writer.connection.execute("PRAGMA max_page_count=1000000")
                    continuation.resume()
                })
        }
        while ledger.health != .healthy { try await Task.sleep(for: .milliseconds(10)) }
        await ledger.close()

        #expect(late?.kind == .unavailable)
        #expect(waited < .seconds(2))  // 50 ms, and what a busy machine adds; five seconds before
        #expect(try LedgerReader.open(folder.ledger).budgets().map(\.state.posted) == [10])
    }

    @Test func aFileThatCannotBeWrittenIsUnavailableNotFatal() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        _ = try await ledger.perform { try $0.connection.execute("PRAGMA query_only=1") }
        let refused = await ledger.admit(hold(newID(), 1, lines: []))
        let health = ledger.health
        await ledger.close()
        #expect(refused.failure?.kind == .unavailable)
        #expect(health != .healthy)
    }

    @Test func afterAFailedWriteNothingIsAnsweredAndTheProgramIsTold() async throws {
        let folder = try Folder()
        let told = Mutex<[LedgerError]>([])
        var options = LedgerOptions()
        options.onFatal = { error in told.withLock { $0.append(error) } }
        let ledger = try LedgerWriter.open(folder.ledger, options: options)
        let id = newID()
        _ = await ledger.admit(hold(id, 1, lines: []))

        let failed = await #expect(throws: LedgerError.self) {
            try await ledger.perform { _ in throw SQLiteError(code: 10 | 4 << 8, message: "disk I/O error") }
        }
        let next = await ledger.admit(hold(newID(), 1, lines: []))
        let settled = await #expect(throws: LedgerError.self) { try await ledger.settle(end(id, 1)) }
        await ledger.close()

        #expect(failed?.kind == .fatal && next.failure?.kind == .fatal && settled?.kind == .fatal)
        #expect(told.withLock { $0.count } == 1)
        #expect(ledger.health != .healthy)
    }

    @Test func theEndOfARequestThatReachedATargetIsNeverDropped() async throws {
        let folder = try Folder()
        var options = LedgerOptions()
        options.queuedRecords = 1
        let ledger = try LedgerWriter.open(folder.ledger, options: options)
        let (charged, free) = (newID(), newID())
        for (id, name) in [(charged, "charged"), (free, "free")] {
            #expect(await ledger.admit(hold(id, 10, lines: [], idempotency: key(name))).isHeld)
        }
        try await ledger.settle(end(charged, 7))
        try await ledger.settle(end(free, 0, basis: .notBilled))
        let entered = Mutex(false)
        let queued = Mutex(false)
        async let held: Void = ledger.perform { _ in
            entered.withLock { $0 = true }
            while !queued.withLock({ $0 }) { usleep(1_000) }
        }
        while !entered.withLock({ $0 }) { await Task.yield() }
        for _ in 0..<5 { ledger.record(closing(newID(), .refused)) }
        for id in [charged, free] { ledger.record(closing(id, .failed)) }
        queued.withLock { $0 = true }
        try await held

        let again = await ledger.admit(hold(newID(), 10, lines: [], idempotency: key("charged")))
        #expect(again.repetition == .done(charged, status: 200, cost: Money(nano: 7, .usd)))
        #expect(await ledger.admit(hold(newID(), 10, lines: [], idempotency: key("free"))).isHeld)
        #expect(ledger.statistics.droppedRecords == 4)
        await ledger.close()
    }

    @Test func theQueueOfRecordsIsBounded() async throws {
        let folder = try Folder()
        var options = LedgerOptions()
        options.queuedRecords = 10
        let ledger = try LedgerWriter.open(folder.ledger, options: options)
        let entered = Mutex(false)
        let queued = Mutex(false)
        async let held: Void = ledger.perform { _ in
            entered.withLock { $0 = true }
            while !queued.withLock({ $0 }) { usleep(1_000) }
        }
        while !entered.withLock({ $0 }) { await Task.yield() }
        for _ in 0..<25 { ledger.record(closing(newID(), .refused)) }
        queued.withLock { $0 = true }
        try await held
        await ledger.close()
        let report = try LedgerReader.open(folder.ledger).costs(CostQuery(from: midnight, to: midnight + 86_400_000))

        #expect(ledger.statistics.droppedRecords == 15)
        #expect(report.total.refused == 10)
    }
}

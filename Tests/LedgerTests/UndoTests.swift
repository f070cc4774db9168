import CSQLite
import Inference
import Synchronization
import Testing

@testable import Ledger

@Suite struct UndoTests {
    /// An extension, a hold with a key, and alerts, in one batch with a write that the disk refuses.
    @Test func whatAFailedBatchDidCanBeDoneAgain() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let (running, second) = (newID(), newID())
        func lines(_ nano: Int64) -> [BudgetLine] { [line(100, nano, alerts: [500_000])] }
        #expect(await ledger.admit(hold(running, 20, lines: lines(20))).isHeld)
        let wish = larger(running, 1, to: 60, lines: lines(60))
        let request = hold(second, 10, lines: lines(10), idempotency: key("a"))

        let results = await inOneFailingBatch(ledger, wish, request)
        while ledger.health != .healthy { try await Task.sleep(for: .milliseconds(10)) }
        let alertsBefore = try await ledger.pendingAlerts(limit: 10)
        let extended = await ledger.extend(wish)
        let admitted = await ledger.admit(request)

        #expect(results.extended.failure?.kind == .unavailable && results.admitted.failure?.kind == .unavailable)
        #expect(alertsBefore.isEmpty)
        #expect(extended.isExtended && extended.states.map(\.held) == [60])
        #expect(admitted.isHeld && admitted.states.map(\.held) == [70])
        #expect(try await ledger.pendingAlerts(limit: 10).map(\.kind) == [.held])
        #expect(try LedgerReader.open(folder.ledger).verify().isEmpty)
        await ledger.close()
    }

    private func inOneFailingBatch(
        _ ledger: LedgerWriter, _ wish: HoldExtension, _ request: HoldRequest
    ) async -> (extended: ExtendResult, admitted: AdmitResult) {
        let gate = Gate()
        let blocked = Task {
            try await ledger.perform { _ in
                gate.isBlocked.store(true, ordering: .releasing)
                while gate.queued.load(ordering: .acquiring) < 3 {}
            }
        }
        while !gate.isBlocked.load(ordering: .acquiring) { await Task.yield() }
        let extended = Task {
            await withUnsafeContinuation { gate.push(.extend(ExtendJob(wish, $0)), to: ledger) }
        }
        while gate.queued.load(ordering: .acquiring) < 1 { await Task.yield() }
        let admitted = Task {
            await withUnsafeContinuation { gate.push(.admit(AdmitJob(request, Withdrawal(), $0)), to: ledger) }
        }
        while gate.queued.load(ordering: .acquiring) < 2 { await Task.yield() }
        let refused = WriteJob { _ in
            throw SQLiteError(code: SQLITE_FULL, message: "full")
        } fail: { _ in
        }
        gate.push(.write(refused), to: ledger)
        _ = await blocked.result
        return (await extended.value, await admitted.value)
    }
}

/// Keeps the writer's thread until three jobs are queued behind it.
private final class Gate: Sendable {
    let isBlocked = Atomic(false)
    let queued = Atomic(0)

    func push(_ job: Job, to ledger: LedgerWriter) {
        _ = ledger.inbox.push(job)
        queued.add(1, ordering: .releasing)
    }
}

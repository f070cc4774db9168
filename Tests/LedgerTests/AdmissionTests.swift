import Inference
import Ledger
import Testing

@Suite struct AdmissionTests {
    @Test func aHoldTakesRoomAndASettlementGivesTheRestBack() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let id = newID()

        let held = await ledger.admit(hold(id, 60, lines: [line(100, 60)]))
        let refused = await ledger.admit(hold(newID(), 41, lines: [line(100, 41)]))
        let settled = try await ledger.settle(end(id, 10), closing: closing(id))
        let next = await ledger.admit(hold(newID(), 90, lines: [line(100, 90)]))
        await ledger.close()

        #expect(held.isHeld)
        #expect(refused.isBusy)  // only a hold is in the way
        #expect(settled.periods.map(\.posted) == [10] && settled.periods.map(\.held) == [0])
        #expect(next.isHeld)
    }

    @Test func spendingTheLimitExactlyIsAllowedAndOneNanoMoreIsExhausted() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let id = newID()
        _ = await ledger.admit(hold(id, 100, lines: [line(100, 100)]))
        try await ledger.settle(end(id, 100))

        let more = await ledger.admit(hold(newID(), 1, lines: [line(100, 1)], wait: .seconds(60)))
        let none = await ledger.admit(hold(newID(), 1, lines: [line(0, 1, application: "poor")]))
        await ledger.close()

        #expect(more.isExhausted)
        #expect(none.isExhausted)
    }

    @Test func noLevelIsTouchedWhenOneHasNoRoom() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let wide = line(1_000, 50)
        let narrow = line(40, 50, application: "team-a", scope: .team)

        let refused = await ledger.admit(hold(newID(), 50, lines: [wide, narrow]))
        let whole = await ledger.admit(hold(newID(), 1_000, lines: [line(1_000, 1_000)]))
        await ledger.close()

        #expect(refused.isExhausted)
        #expect(whole.isHeld)  // the wide level still had all its room
    }

    @Test func athousandAtOnceNeverOvershoot() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let levels: @Sendable (Int64) -> [BudgetLine] = { nano in
            [
                line(10_000, nano), line(10_000, nano, application: "key_1", scope: .key),
                line(50_000, nano, application: "all", scope: .organisation),
            ]
        }
        let served = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<1_000 {
                group.addTask {
                    let id = newID()
                    guard await ledger.admit(hold(id, 100, lines: levels(100), wait: .seconds(5))).isHeld else {
                        return false
                    }
                    return (try? await ledger.settle(end(id, 100)))?.periods.allSatisfy {
                        $0.posted + $0.held <= 10_000
                    }
                        ?? false
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        await ledger.close()
        let findings = try LedgerReader.open(folder.ledger).verify()
        let budgets = try LedgerReader.open(folder.ledger).budgets()

        #expect(served == 100)  // the cost is the reservation: exactly a hundred fit
        #expect(budgets.map(\.state.posted) == [10_000, 10_000, 10_000])
        #expect(findings.isEmpty)
    }

    /// Returns once `count` attempts stand in the waiting line.
    private func waiting(_ count: Int, in ledger: LedgerWriter) async {
        let end = ContinuousClock.now + .seconds(30)
        while ledger.statistics.waiting < count, ContinuousClock.now < end {
            try? await Task.sleep(for: .milliseconds(1))
        }
    }

    @Test func thoseWhoWaitAreAdmittedInTheirOrder() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let first = newID()
        _ = await ledger.admit(hold(first, 100, lines: [line(100, 100)]))

        let large = Task { await ledger.admit(hold(newID(), 80, lines: [line(100, 80)], wait: .seconds(60))) }
        await waiting(1, in: ledger)
        let small = Task { await ledger.admit(hold(newID(), 30, lines: [line(100, 30)], wait: .seconds(60))) }
        await waiting(2, in: ledger)
        try await ledger.settle(end(first, 20))
        let results = (await large.value, await small.value)
        await ledger.close()

        #expect(results.0.isHeld)
        #expect(results.1.isExhausted || results.1.isBusy)  // 20 + 80 leave nothing: 30 had to let 80 pass
    }

    @Test func aWaitEndsBusyAfterItsTime() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        _ = await ledger.admit(hold(newID(), 100, lines: [line(100, 100)]))
        let start = ContinuousClock.now

        let result = await ledger.admit(hold(newID(), 100, lines: [line(100, 100)], wait: .milliseconds(50)))
        let waited = ContinuousClock.now - start
        await ledger.close()

        #expect(result.isBusy)
        #expect(waited >= .milliseconds(50))
    }

    @Test func whoeverLeavesWhileWaitingHoldsNothing() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let first = newID()
        _ = await ledger.admit(hold(first, 100, lines: [line(100, 100)]))
        let waiter = Task { await ledger.admit(hold(newID(), 100, lines: [line(100, 100)], wait: .seconds(60))) }
        await waiting(1, in: ledger)

        waiter.cancel()
        let left = await waiter.value
        let settled = try await ledger.settle(end(first, 0))
        await ledger.close()

        #expect(left == .cancelled)
        #expect(settled.periods.map(\.held) == [0])
    }

    @Test func aTaskThatIsCancelledAlreadyHoldsNothing() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return await ledger.admit(hold(newID(), 100, lines: [line(100, 100)]))
        }
        task.cancel()
        let result = await task.value
        await ledger.close()
        #expect(result == .cancelled)
    }

    @Test func anAttemptIsHeldOnce() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let id = newID()
        _ = await ledger.admit(hold(id, 1, lines: []))
        let again = await ledger.admit(hold(id, 1, lines: []))
        await ledger.close()
        #expect(again.failure?.kind == .conflict)
    }

    @Test func aChangedLimitKeepsWhatIsSpent() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let id = newID()
        _ = await ledger.admit(hold(id, 80, lines: [line(100, 80)]))
        try await ledger.settle(end(id, 80))

        let lowered = await ledger.admit(hold(newID(), 1, lines: [line(50, 1)]))
        let raised = await ledger.admit(hold(newID(), 100, lines: [line(200, 100)]))
        await ledger.close()
        let reader = try LedgerReader.open(folder.ledger)
        let state = try #require(try reader.budgets().first?.state)

        #expect(lowered.isExhausted)
        #expect(raised.isHeld)
        #expect(state.limit == 200 && state.posted == 80)
        #expect(try reader.verify().isEmpty)
    }
}

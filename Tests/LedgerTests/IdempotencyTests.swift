import Inference
import Ledger
import Testing

@Suite struct IdempotencyTests {
    @Test func aSecondRequestWithTheKeyIsNotRun() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let first = newID()
        func again(_ key: IdempotencyKey) async -> IdempotencyState? {
            await ledger.admit(hold(newID(), 60, lines: [line(100, 60)], idempotency: key)).repetition
        }
        #expect(await ledger.admit(hold(first, 60, lines: [line(100, 60)], idempotency: key("a"))).isHeld)

        let running = await again(key("a"))
        let other = await again(key("a", body: 2))
        try await ledger.settle(end(first, 45), closing: closing(first))
        let done = await again(key("a"))

        #expect(running == .inFlight(first) && other == .otherBody(first))
        #expect(done == .done(first, status: 200, cost: Money(nano: 45, .usd)))
        #expect(await again(key("a", application: "another")) == nil)  // refused for money, but not as a repetition
        #expect(try LedgerReader.open(folder.ledger).verify().isEmpty)
        await ledger.close()
    }

    @Test func betweenTwoAttemptsTheRequestStillRuns() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let first = newID()
        #expect(await ledger.admit(hold(first, 10, lines: [], idempotency: key("a"))).isHeld)
        try await ledger.settle(end(first, 0, basis: .notBilled))
        let between = await ledger.admit(hold(newID(), 10, lines: [], idempotency: key("a"))).repetition

        #expect(between == .inFlight(first))
        await ledger.close()
    }

    @Test func aRequestThatCostNothingFreesItsKey() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let (first, second) = (newID(), newID())
        #expect(await ledger.admit(hold(first, 10, lines: [], idempotency: key("a"))).isHeld)
        try await ledger.settle(end(first, 0, basis: .notBilled), closing: closing(first, .failed))
        let result = await ledger.admit(hold(second, 10, lines: [], idempotency: key("a", body: 2)))
        let third = await ledger.admit(hold(newID(), 10, lines: [], idempotency: key("a", body: 2)))

        #expect(result.isHeld && third.repetition == .inFlight(second))
        await ledger.close()
    }

    @Test func afterACrashWhatIsPresumedIsDoneAndWhatWasVoidIsFree() async throws {
        let folder = try Folder()
        var ledger = try LedgerWriter.open(folder.ledger)
        let (open, void) = (newID(), newID())
        #expect(await ledger.admit(hold(open, 10, lines: [], idempotency: key("open"))).isHeld)
        #expect(await ledger.admit(hold(void, 10, lines: [], idempotency: key("void"))).isHeld)
        try await ledger.settle(end(void, 0, basis: .notBilled))
        await ledger.close()
        ledger = try LedgerWriter.open(folder.ledger)
        let presumed = await ledger.admit(hold(newID(), 10, lines: [], idempotency: key("open")))
        let free = await ledger.admit(hold(newID(), 10, lines: [], idempotency: key("void")))

        #expect(presumed.repetition == .done(open, status: nil, cost: Money(nano: 10, .usd)))
        #expect(free.isHeld)
        await ledger.close()
    }

    @Test func ofTwoThatWaitWithOneKeyOnlyOneRuns() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let (blocker, first, second) = (newID(), newID(), newID())
        #expect(await ledger.admit(hold(blocker, 100, lines: [line(100, 100)])).isHeld)
        let results = try await withThrowingTaskGroup(of: AdmitResult.self) { group in
            for id in [first, second] {
                group.addTask {
                    await ledger.admit(
                        hold(id, 40, lines: [line(100, 40)], wait: .seconds(60), idempotency: key("a")))
                }
            }
            while ledger.statistics.waiting < 2 { await Task.yield() }
            try await ledger.settle(end(blocker, 0))
            return try await group.reduce(into: []) { $0.append($1) }
        }

        #expect(results.count(where: \.isHeld) == 1 && results.count { $0.repetition != nil } == 1)
        await ledger.close()
    }

    @Test func aKeyThatIsTooLongIsRefusedAndNothingIsHeld() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let long = String(repeating: "k", count: 256)
        let result = await ledger.admit(hold(newID(), 10, lines: [], idempotency: key(long)))

        #expect(result.failure?.kind == .conflict && ledger.statistics.openHolds == 0)
        await ledger.close()
    }
}

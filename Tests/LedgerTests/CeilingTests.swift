import Inference
import Ledger
import Testing

@Suite struct CeilingTests {
    @Test func aCallAboveItsCeilingIsRefusedAtOnceThoughTheLimitHasRoom() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        #expect(await ledger.admit(hold(newID(), 80, lines: [line(100, 80)])).isHeld)

        let dear = await ledger.admit(hold(newID(), 15, lines: [line(100, 15, ceiling: 90)], wait: .seconds(60)))
        let small = await ledger.admit(hold(newID(), 10, lines: [line(100, 10, ceiling: 90)]))
        let plain = await ledger.admit(hold(newID(), 10, lines: [line(100, 10)]))

        let state = try #require(dear.states.first)
        #expect(dear.isExhausted && state.posted + 15 <= state.limit && state.remaining >= 15)
        #expect(small.isHeld && plain.isHeld)
        await ledger.close()
    }

    @Test func aRefusalTellsTheStateOfEachLine() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        func lines(_ nano: Int64) -> [BudgetLine] {
            [line(500, nano), line(100, nano, application: "team-a", scope: .team)]
        }
        #expect(await ledger.admit(hold(newID(), 80, lines: lines(80))).isHeld)
        let busy = await ledger.admit(hold(newID(), 30, lines: lines(30)))
        let exhausted = await ledger.admit(hold(newID(), 130, lines: lines(130)))

        #expect(busy.isBusy && busy.states.map(\.remaining) == [420, 20])
        #expect(exhausted.isExhausted && exhausted.states.map(\.limit) == [500, 100])
        await ledger.close()
    }

    @Test func aBudgetThatOnlyAlertsNeverRefusesAndNeverWaits() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let ids = [newID(), newID(), newID()]
        for (id, nano) in zip(ids, [80, 90, .max] as [Int64]) {
            let result = await ledger.admit(
                hold(id, nano, lines: [line(100, nano, enforces: false)], wait: .seconds(60)))
            #expect(result.isHeld)
        }
        for id in ids { try await ledger.settle(end(id, 70), closing: closing(id)) }
        let reader = try LedgerReader.open(folder.ledger)

        #expect(try reader.budgets().first?.state.posted == 210)
        #expect(try reader.verify().isEmpty)
        #expect(await ledger.admit(hold(newID(), 1, lines: [line(100, 1)])).isExhausted)  // now it enforces
        await ledger.close()
    }

    @Test func anOlderGenerationNeverPutsItsLimitBack() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        #expect(await ledger.admit(hold(newID(), 10, lines: [line(100, 10, generation: 1)])).isHeld)
        let newer = await ledger.admit(hold(newID(), 10, lines: [line(300, 10, generation: 2)]))
        let older = await ledger.admit(hold(newID(), 10, lines: [line(100, 10, generation: 1)]))

        #expect(newer.states.map(\.limit) == [300] && older.states.map(\.limit) == [300])
        await ledger.close()
    }
}

import Inference
import Ledger
import Testing

@Suite struct ExtensionTests {
    @Test func aHoldGrowsOnAllLevelsAndItsRestComesBack() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let id = newID()
        func lines(_ nano: Int64) -> [BudgetLine] {
            [line(100, nano), line(500, nano, application: "team-a", scope: .team)]
        }
        #expect(await ledger.admit(hold(id, 20, lines: lines(20))).isHeld)

        let result = await ledger.extend(larger(id, 1, to: 60, lines: lines(60)))
        let open = try LedgerReader.open(folder.ledger).request(id)?.attempts.first
        let settled = try await ledger.settle(end(id, 45), closing: closing(id))

        #expect(result.states.map(\.held) == [60, 60] && result.isExtended)
        #expect(open?.state == .held && open?.extensions == 1 && open?.quote.bound?.nano == 60)
        #expect(open?.lines.map(\.held.nano) == [60, 60])
        #expect(settled.periods.map(\.posted) == [45, 45] && settled.periods.map(\.held) == [0, 0])
        #expect(!settled.violation)
        #expect(try LedgerReader.open(folder.ledger).verify().isEmpty)
        await ledger.close()
    }

    @Test func withoutRoomOnOneLevelNoneGrowsAndTheHoldIsFinal() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let id = newID()
        func lines(_ nano: Int64) -> [BudgetLine] {
            [line(500, nano), line(50, nano, application: "team-a", scope: .team)]
        }
        #expect(await ledger.admit(hold(id, 20, lines: lines(20))).isHeld)

        let refused = await ledger.extend(larger(id, 1, to: 60, lines: lines(60)))
        let smaller = await ledger.extend(larger(id, 2, to: 30, lines: lines(30)))
        let open = try LedgerReader.open(folder.ledger).request(id)?.attempts.first
        var end = end(id, 20)
        end.cut = true
        var closing = closing(id)
        closing.cutBy = "budget"
        try await ledger.settle(end, closing: closing)
        let after = try #require(try LedgerReader.open(folder.ledger).request(id))

        #expect(refused.isFinal && refused.states.map(\.held) == [20, 20])
        #expect(smaller.isFinal)  // once final, always final
        #expect(open?.state == .final && open?.quote.bound?.nano == 20)
        #expect(after.attempts.first?.cut == true && after.end?.cutBy == "budget")
        await ledger.close()
    }

    @Test func aRepeatedExtensionChangesNothing() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let id = newID()
        #expect(await ledger.admit(hold(id, 20, lines: [line(100, 20)])).isHeld)

        let first = await ledger.extend(larger(id, 1, to: 60, lines: [line(100, 60)]))
        let again = await ledger.extend(larger(id, 1, to: 60, lines: [line(100, 60)]))
        let late = await ledger.extend(larger(id, 2, to: 40, lines: [line(100, 40)]))
        try await ledger.settle(end(id, 30))
        let gone = await ledger.extend(larger(id, 3, to: 70, lines: [line(100, 70)]))

        #expect(first == again && first.isExtended)
        #expect(late.states.map(\.held) == [60])  // a bound never shrinks
        #expect(gone == .missing)
        await ledger.close()
    }

    @Test func anExtensionThatForgetsALevelIsRefused() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let id = newID()
        let team = line(500, 20, application: "team-a", scope: .team)
        #expect(await ledger.admit(hold(id, 20, lines: [line(100, 20), team])).isHeld)

        let forgetful = await ledger.extend(larger(id, 1, to: 60, lines: [line(100, 60)]))
        let foreign = await ledger.extend(
            larger(id, 1, to: 60, lines: [line(100, 60), line(100, 60, application: "another")]))

        #expect(forgetful.failure?.kind == .conflict && foreign.failure?.kind == .conflict)
        await ledger.close()
    }

    @Test func afterACrashTheLargerHoldIsPresumed() async throws {
        let folder = try Folder()
        let id = newID()
        var ledger = try LedgerWriter.open(folder.ledger)
        #expect(await ledger.admit(hold(id, 20, lines: [line(100, 20)])).isHeld)
        #expect(await ledger.extend(larger(id, 1, to: 60, lines: [line(100, 60)])).isExtended)
        await ledger.close()

        ledger = try LedgerWriter.open(folder.ledger)
        let reader = try LedgerReader.open(folder.ledger)
        #expect(try reader.budgets().first?.state.presumed == 60)
        #expect(try reader.request(id)?.attempts.first?.extensions == 1)
        #expect(try reader.verify().isEmpty)
        await ledger.close()
    }

    /// Forty callers at once, each growing twice; every state that any of them sees is below the limit.
    @Test func manyCallsThatGrowAtOnceStayBelowTheLimit() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        func lines(_ nano: Int64) -> [BudgetLine] {
            [line(4_000, nano), line(3_000, nano, application: "team-a", scope: .team)]
        }
        let outcomes = await withTaskGroup(of: (highest: Int64, spent: Int64, wasFinal: Bool).self) { group in
            for lane in 0..<40 {
                group.addTask {
                    let id = newID()
                    var states = await ledger.admit(hold(id, 40, lines: lines(40), wait: .seconds(60))).states
                    var (bound, wasFinal) = (Int64(40), false)
                    for seq in 1...2 {
                        let wish = larger(id, seq, to: bound + 40, lines: lines(bound + 40))
                        let result = await ledger.extend(wish)
                        states += result.states
                        if result.isExtended { bound += 40 } else { wasFinal = true }
                    }
                    let settled = try? await ledger.settle(end(id, lane % 2 == 0 ? bound : 0), closing: closing(id))
                    states += settled?.periods ?? []
                    return (
                        states.map { $0.posted + $0.held - $0.limit }.max() ?? 0, lane % 2 == 0 ? bound : 0, wasFinal
                    )
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let reader = try LedgerReader.open(folder.ledger)

        #expect(outcomes.allSatisfy { $0.highest <= 0 })
        #expect(outcomes.contains(where: \.wasFinal) && outcomes.contains { $0.spent > 40 })
        #expect(try reader.budgets().allSatisfy { $0.state.posted == outcomes.reduce(0) { $0 + $1.spent } })
        #expect(try reader.verify().isEmpty)
        await ledger.close()
    }
}

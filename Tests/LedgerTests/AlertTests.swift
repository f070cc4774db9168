import Inference
import Ledger
import Synchronization
import Testing

@Suite struct AlertTests {
    private static let shares = [500_000, 800_000]

    @Test func eachShareFiresOnceForWhatIsHeldAndOnceForWhatIsPosted() async throws {
        let folder = try Folder()
        let calls = Calls()
        var options = LedgerOptions()
        options.onAlert = { calls.note() }
        let ledger = try LedgerWriter.open(folder.ledger, options: options)
        func lines(_ nano: Int64) -> [BudgetLine] { [line(100, nano, alerts: AlertTests.shares)] }
        let first = newID()

        #expect(await ledger.admit(hold(first, 60, lines: lines(60))).isHeld)
        let afterHold = try await ledger.pendingAlerts(limit: 10)
        try await ledger.settle(end(first, 55))
        let afterSettlement = try await ledger.pendingAlerts(limit: 10)
        for nano in [30, 10] as [Int64] {
            let id = newID()
            #expect(await ledger.admit(hold(id, nano, lines: lines(nano))).isHeld)
            try await ledger.settle(end(id, nano))
        }
        let all = try await ledger.pendingAlerts(limit: 10)

        #expect(afterHold.map(\.kind) == [.held] && afterHold.map(\.ppm) == [500_000])
        #expect(afterHold.first?.held == 60 && afterHold.first?.limit == 100)
        #expect(afterSettlement.map(\.kind) == [.held, .posted])
        #expect(all.map(\.ppm) == [500_000, 500_000, 800_000, 800_000])
        #expect(all.map(\.kind) == [.held, .posted, .held, .posted])
        #expect(all.first?.account == Account(.application, "bot") && calls.count == 4)
        #expect(try LedgerReader.open(folder.ledger).verify().isEmpty)
        await ledger.close()
    }

    @Test func neitherARaisedLimitNorANewProcessFiresItAgain() async throws {
        let folder = try Folder()
        var ledger = try LedgerWriter.open(folder.ledger)
        let id = newID()
        #expect(await ledger.admit(hold(id, 60, lines: [line(100, 60, alerts: AlertTests.shares)])).isHeld)
        try await ledger.settle(end(id, 60))
        await ledger.close()
        ledger = try LedgerWriter.open(folder.ledger)
        let more = await ledger.admit(hold(newID(), 60, lines: [line(200, 60, alerts: AlertTests.shares)]))

        #expect(more.isHeld)
        #expect(try LedgerReader.open(folder.ledger).alerts().map(\.ppm) == [500_000, 500_000])
        await ledger.close()
    }

    @Test func aDeliveredAlertIsNoLongerPendingAndAFailedOneIs() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let lines = [line(100, 60, alerts: AlertTests.shares)]
        #expect(await ledger.admit(hold(newID(), 60, lines: lines)).isHeld)
        let id = try #require(try await ledger.pendingAlerts(limit: 10).first?.id)

        try await ledger.markAlert(id, delivered: false, at: noon, error: "refused")
        let failed = try await ledger.pendingAlerts(limit: 10).first
        try await ledger.markAlert(id, delivered: true, at: noon + 1, error: nil)
        try await ledger.markAlert(id, delivered: false, at: noon + 2, error: "late")
        let delivered = try LedgerReader.open(folder.ledger).alerts(of: Account(.application, "bot")).first

        #expect(failed?.tries == 1 && failed?.lastError == "refused" && failed?.deliveredAt == nil)
        #expect(delivered?.tries == 2 && delivered?.lastError == nil && delivered?.deliveredAt == noon + 1)
        #expect(try await ledger.pendingAlerts(limit: 10).isEmpty)
        await #expect(throws: LedgerError.self) {
            try await ledger.markAlert(99, delivered: true, at: noon, error: nil)
        }
        await ledger.close()
    }
}

private final class Calls: Sendable {
    private let state = Mutex(0)
    func note() { state.withLock { $0 += 1 } }
    var count: Int { state.withLock { $0 } }
}

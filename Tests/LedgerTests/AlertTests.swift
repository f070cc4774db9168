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

    @Test func aNewProcessFiresNothingAgainAndAnotherLimitFiresAnew() async throws {
        let folder = try Folder()
        var ledger = try LedgerWriter.open(folder.ledger)
        let id = newID()
        #expect(await ledger.admit(hold(id, 60, lines: [line(100, 60, alerts: AlertTests.shares)])).isHeld)
        try await ledger.settle(end(id, 60))
        await ledger.close()
        ledger = try LedgerWriter.open(folder.ledger)
        func fired() throws -> [String] {
            try LedgerReader.open(folder.ledger).alerts().reversed().map { "\($0.kind) \($0.ppm) of \($0.limit)" }
        }
        #expect(await ledger.admit(hold(newID(), 1, lines: [line(100, 1, alerts: AlertTests.shares)])).isHeld)
        #expect(try fired() == ["held 500000 of 100", "posted 500000 of 100"])

        #expect(await ledger.admit(hold(newID(), 60, lines: [line(200, 60, alerts: AlertTests.shares)])).isHeld)
        #expect(try fired().dropFirst(2) == ["held 500000 of 200"])
        // Back at the first limit, only what it did not tell.
        #expect(await ledger.admit(hold(newID(), 1, lines: [line(130, 1, alerts: AlertTests.shares)])).isHeld)
        #expect(await ledger.admit(hold(newID(), 1, lines: [line(200, 1, alerts: AlertTests.shares)])).isHeld)
        #expect(try fired().dropFirst(3) == ["held 500000 of 130", "held 800000 of 130"])
        await ledger.close()
    }

    private func refused(_ id: RequestID, _ line: BudgetLine) -> RequestEnd {
        var end = closing(id, .refused)
        end.exhausted = [line]
        return end
    }

    @Test func aBudgetWithoutRoomIsToldOnceForEachLimitInTheTransactionOfTheRefusal() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let first = newID()
        #expect(await ledger.admit(hold(first, 95, lines: [line(100, 95)])).isHeld)
        try await ledger.settle(end(first, 93))
        for limit in [100, 100, 102] as [Int64] {
            let id = newID()
            #expect(await ledger.admit(hold(id, 20, lines: [line(limit, 20)])).isExhausted)
            ledger.record(refused(id, line(limit, 20)))
        }
        // Of a period that no call was ever held in, nothing is known.
        ledger.record(refused(newID(), line(100, 20, day: 5)))
        let told = try await ledger.pendingAlerts(limit: 10)
        await ledger.close()

        let reader = try LedgerReader.open(folder.ledger)
        #expect(told.map(\.kind) == [.exhausted, .exhausted] && told.map(\.limit) == [100, 102])
        #expect(told.map(\.needed) == [20, 20] && told.map(\.posted) == [93, 93])
        #expect(told.map(\.shownPPM) == [930_000, 911_764])
        #expect(try reader.requests(RequestFilter()).filter { $0.end.outcome == .refused }.count == 4)
        #expect(try reader.verify().isEmpty)
    }

    @Test func whatWasGivenUpIsSentAgainAndWhatWasDeliveredIsNot() async throws {
        let folder = try Folder()
        let calls = Calls()
        var options = LedgerOptions()
        options.onAlert = { calls.note() }
        let ledger = try LedgerWriter.open(folder.ledger, options: options)
        #expect(await ledger.admit(hold(newID(), 100, lines: [line(100, 100, alerts: [1, 2, 3])])).isHeld)
        let ids = try await ledger.pendingAlerts(limit: 10).map(\.id)
        try await ledger.markAlert(ids[0], delivered: true, at: noon, error: nil)
        try await ledger.markAlert(ids[1], delivered: true, at: noon, error: "given up after status 503")
        let note = AuditEntry(at: noon + 5, actor: "alice", action: "alerts.resend", subject: "alerts", detail: "")

        for (id, kind) in [(ids[0], LedgerError.Kind.conflict), (ids[2], .conflict), (99, .missing)] {
            let error = await #expect(throws: LedgerError.self) { _ = try await ledger.resendAlerts([id], note: note) }
            #expect(error?.kind == kind)
        }
        let before = calls.count
        #expect(try await ledger.resendAlerts([ids[1]], note: note) == 1)
        let again = try await ledger.pendingAlerts(limit: 10)
        #expect(again.map(\.id) == [ids[1], ids[2]] && again.map(\.resentAt) == [noon + 5, nil])
        #expect(again.map(\.tries) == [0, 0] && calls.count == before + 1)

        for id in ids[1...2] { try await ledger.markAlert(id, delivered: true, at: noon, error: "given up") }
        #expect(try await ledger.resendAlerts(nil, note: note) == 2)
        #expect(try await ledger.resendAlerts(nil, note: note) == 0)  // they wait
        await ledger.close()
        #expect(try OtherProgram(folder.ledger).text("SELECT count(*) FROM audit WHERE actor='alice'") == "2")
        #expect(try LedgerReader.open(folder.ledger).verifyAudit().isEmpty)
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

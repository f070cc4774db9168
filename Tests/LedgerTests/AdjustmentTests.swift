import Inference
import Ledger
import Testing

@Suite struct AdjustmentTests {
    private let note = AuditEntry(
        at: noon, actor: "cli", action: "prices.reprice", subject: "sim/m1", detail: "2 calls")

    private func adjustment(_ id: RequestID, _ nano: Int64, named name: String? = nil) -> Adjustment {
        Adjustment(
            request: id, attempt: 1, kind: .reprice, nano: nano, by: "finance", reason: "new price", at: noon, id: name)
    }

    private func settled(_ ledger: LedgerWriter, _ costs: [Int64]) async throws -> [RequestID] {
        var ids: [RequestID] = []
        for cost in costs {
            let id = newID()
            #expect(await ledger.admit(hold(id, 100, lines: [line(1_000, 100)])).isHeld)
            try await ledger.settle(end(id, cost), closing: closing(id))
            ids.append(id)
        }
        return ids
    }

    @Test func aNameIsBookedOnce() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let id = try #require(try await settled(ledger, [50]).first)
        try await ledger.adjust(adjustment(id, -10, named: "invoice-11/1"))
        let again = await #expect(throws: LedgerError.self) {
            try await ledger.adjust(adjustment(id, -10, named: "invoice-11/1"))
        }
        let reader = try LedgerReader.open(folder.ledger)

        #expect(again?.kind == .conflict && again?.message.contains("invoice-11/1") == true)
        #expect(try reader.budgets().first?.state.posted == 40)
        #expect(try reader.request(id)?.attempts.first?.adjustments.map(\.id) == ["invoice-11/1"])
        await ledger.close()
    }

    @Test func aBatchIsBookedWholeWithItsAuditEntry() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let ids = try await settled(ledger, [50, 60])
        try await ledger.adjust([adjustment(ids[0], 5), adjustment(ids[1], -20)], note: note)
        let reader = try LedgerReader.open(folder.ledger)

        #expect(try reader.budgets().first?.state.posted == 95)
        #expect(try reader.auditTrail() == [note])
        #expect(try reader.verify().isEmpty)
        await ledger.close()
    }

    @Test func ofABatchWithOneWrongCorrectionNothingIsBooked() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let ids = try await settled(ledger, [50, 60])
        let refused = await #expect(throws: LedgerError.self) {
            try await ledger.adjust([adjustment(ids[0], 5, named: "a"), adjustment(ids[1], -70)], note: note)
        }
        let next = await ledger.admit(hold(newID(), 1, lines: [line(1_000, 1)]))
        let reader = try LedgerReader.open(folder.ledger)

        #expect(refused?.kind == .conflict)
        #expect(next.states.map(\.posted) == [110])  // in memory, too
        #expect(try reader.budgets().first?.state.posted == 110 && reader.auditTrail().isEmpty)
        #expect(try reader.verify().isEmpty)
        try await ledger.adjust(adjustment(ids[0], 5, named: "a"))  // the name is free
        await ledger.close()
    }

    @Test func aPeriodIsCorrectedAsAWhole() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let ids = try await settled(ledger, [50])
        let reader = try LedgerReader.open(folder.ledger)
        let period = try #require(try reader.budgets().first?.state.id)
        func correct(_ kind: Adjustment.Kind, _ nano: Int64, period: Int64) async throws {
            try await ledger.adjustPeriod(
                PeriodAdjustment(period: period, kind: kind, nano: nano, by: "finance", reason: "rates", at: noon),
                note: note)
        }
        try await correct(.fxRevaluation, 30, period: period)
        try await correct(.manual, -70, period: period)
        await #expect(throws: LedgerError.self) { try await correct(.manual, -11, period: period) }
        await #expect(throws: LedgerError.self) { try await correct(.lateUsage, 1, period: period) }
        await #expect(throws: LedgerError.self) { try await correct(.manual, 1, period: 99) }

        #expect(try reader.budgets().first?.state.posted == 10)
        #expect(try reader.request(ids[0])?.attempts.first?.adjustments.isEmpty == true)
        #expect(try reader.auditTrail().count == 2)
        #expect(try reader.verify().isEmpty)
        await ledger.close()
    }
}

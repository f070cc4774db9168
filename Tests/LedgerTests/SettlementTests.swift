import Inference
import Ledger
import Testing

@Suite struct SettlementTests {
    @Test func aSettlementCountsOnce() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let id = newID()
        _ = await ledger.admit(hold(id, 60, lines: [line(100, 60)]))

        let first = try await ledger.settle(end(id, 40), closing: closing(id))
        let second = try await ledger.settle(end(id, 50), closing: closing(id))
        await ledger.close()
        let reader = try LedgerReader.open(folder.ledger)

        #expect(first.applied && !second.applied)
        #expect(try reader.budgets().map(\.state.posted) == [40])
        #expect(try reader.request(id)?.attempts.map(\.settlement?.cost) == [Money(nano: 40, .usd)])
    }

    @Test func aVoidCostsNothingAndAPresumedEndCostsTheHold() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let (void, unknown) = (newID(), newID())
        _ = await ledger.admit(hold(void, 30, lines: [line(100, 30)]))
        _ = await ledger.admit(hold(unknown, 50, lines: [line(100, 50)]))

        try await ledger.settle(end(void, nil, basis: .notBilled))
        let presumed = try await ledger.settle(end(unknown, 1, basis: .presumed))
        await ledger.close()
        let reader = try LedgerReader.open(folder.ledger)
        let state = try #require(try reader.budgets().first?.state)

        #expect(presumed.cost == Money(nano: 50, .usd))
        #expect(state.posted == 50 && state.presumed == 50 && state.held == 0)
        #expect(try reader.verify().isEmpty)
    }

    @Test func aBillAboveTheBoundIsAnOverrunThatBlocks() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let id = newID()
        _ = await ledger.admit(hold(id, 60, lines: [line(100, 60)]))

        let settled = try await ledger.settle(end(id, 130))
        let next = await ledger.admit(hold(newID(), 0, lines: [line(100, 0)]))
        let violations = ledger.statistics.violations
        await ledger.close()

        #expect(settled.violation && settled.periods.map(\.overrun) == [70])
        #expect(next.isExhausted)
        #expect(violations == 1)
        #expect(try LedgerReader.open(folder.ledger).verify().isEmpty)
    }

    @Test func aBudgetInAnotherCurrencyIsChargedAtTheRateOfItsHold() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let rate = FXRate(base: .usd, quote: .eur, day: "2026-11-20", nano: 922_254_911, source: "ECB")
        let id = newID()
        let euro = line(1_000, try #require(rate.convert(100)), fx: rate, currency: .eur)
        _ = await ledger.admit(hold(id, 100, lines: [euro]))

        let settled = try await ledger.settle(end(id, 50))
        await ledger.close()
        let detail = try #require(try LedgerReader.open(folder.ledger).request(id)?.attempts.first)

        #expect(settled.periods.map(\.posted) == [47])  // 46.1 upwards
        #expect(detail.lines.map(\.held.description) == ["0.000000093 EUR"])
        #expect(detail.lines.map(\.fx) == [rate])
    }

    @Test func whatWasNeverHeldIsMissing() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let error = await #expect(throws: LedgerError.self) { try await ledger.settle(end(newID(), 1)) }
        await ledger.close()
        #expect(error?.kind == .missing)
    }

    @Test func correctionsAreRowsOfTheirOwn() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let id = newID()
        _ = await ledger.admit(hold(id, 60, lines: [line(100, 60)]))
        try await ledger.settle(end(id, nil, basis: .presumed), closing: closing(id))
        func correct(_ nano: Int64, _ kind: Adjustment.Kind) async throws {
            try await ledger.adjust(
                Adjustment(request: id, attempt: 1, kind: kind, nano: nano, by: "ada", reason: "invoice", at: noon))
        }

        try await correct(-20, .presumedRelease)
        try await correct(90, .lateUsage)  // above the limit: a correction, not an enforcement failure
        let tooMuch = await #expect(throws: LedgerError.self) { try await correct(-131, .manual) }
        await ledger.close()
        let reader = try LedgerReader.open(folder.ledger)
        let state = try #require(try reader.budgets().first?.state)
        let report = try reader.costs(CostQuery(from: midnight, to: midnight + 86_400_000))

        #expect(tooMuch?.kind == .conflict)
        #expect(state.posted == 130 && state.presumed == 40)
        #expect(report.total.cost == [.usd: 130] && report.total.presumed == [.usd: 40])
        #expect(try reader.request(id)?.attempts.first?.adjustments.map(\.nano) == [-20, 90])
        #expect(try reader.verify().isEmpty)
    }

    /// The sums of a full budget and a bill of nine thousand million must still compare exactly.
    @Test func aBillBeyondAllBoundsDoesNotEndTheLedger() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let ids = [newID(), newID()]
        for (id, nano) in zip(ids, [512, 1400] as [Int64]) {
            #expect(await ledger.admit(hold(id, nano, lines: [line(1912, nano)])).isHeld)
        }
        for id in ids { #expect(try await ledger.settle(end(id, .max), closing: closing(id)).violation) }
        #expect(ledger.health == .healthy)
        #expect(await ledger.admit(hold(newID(), 1, lines: [line(1912, 1)])).isExhausted)
        await ledger.close()
    }
}

import Inference
import Ledger
import Testing

private let window = (from: midnight, to: midnight + 2 * 86_400_000)

@Suite struct ReportTests {
    private func settled(
        _ ledger: LedgerWriter, _ application: String = "bot", cost: Int64 = 10, attempt: Int = 1,
        id: RequestID = newID(),
        at: Int64 = noon, price priced: Price? = price(), basis: Basis = .reported, isLast: Bool = true
    ) async throws {
        _ = await ledger.admit(
            hold(id, 50, lines: [], attempt: attempt, application: application, at: at, price: priced))
        try await ledger.settle(
            end(id, priced == nil ? nil : cost, attempt: attempt, basis: basis),
            closing: isLast ? closing(id, application: application) : nil)
    }

    @Test func costsAreGroupedByTheKeysOfTheQuery() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        try await settled(ledger, "bot", cost: 10)
        try await settled(ledger, "bot", cost: 20, at: noon + 86_400_000)
        try await settled(ledger, "shop", cost: 40)
        ledger.record(closing(newID(), .refused, application: "shop"))
        await ledger.close()
        let reader = try LedgerReader.open(folder.ledger)

        let byApplication = try reader.costs(CostQuery(from: window.from, to: window.to))
        let byDay = try reader.costs(
            CostQuery(
                from: window.from, to: window.to, by: [.day, .application],
                dayStarts: [("2026-11-21", midnight), ("2026-11-22", midnight + 86_400_000)]))
        let firstDay = try reader.costs(CostQuery(from: midnight, to: midnight + 86_400_000, by: []))

        #expect(byApplication.rows.map(\.key) == [["bot"], ["shop"]])
        #expect(byApplication.rows.map(\.figures.cost) == [[.usd: 30], [.usd: 40]])
        #expect(byApplication.rows.map(\.figures.refused) == [0, 1])
        #expect(byApplication.total.requests == 3 && byApplication.total.usage == Usage(input: 40, output: 15))
        #expect(byDay.rows.map(\.key) == [["2026-11-21", "bot"], ["2026-11-21", "shop"], ["2026-11-22", "bot"]])
        #expect(firstDay.rows.map(\.figures.cost) == [[.usd: 50]])
    }

    @Test func aRequestCountsOnceInTheGroupOfItsLastAttempt() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let id = newID()
        try await settled(ledger, cost: 7, id: id, basis: .presumed, isLast: false)
        try await settled(ledger, cost: 5, attempt: 2, id: id)
        await ledger.close()
        let total = try LedgerReader.open(folder.ledger).costs(CostQuery(from: window.from, to: window.to)).total

        #expect(total.requests == 1 && total.attempts == 2)
        #expect(total.cost == [.usd: 55] && total.presumed == [.usd: 50])
    }

    @Test func anUnknownPriceIsNotZero() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        try await settled(ledger, price: nil)
        await ledger.close()
        let reader = try LedgerReader.open(folder.ledger)
        let row = try #require(try reader.costs(CostQuery(from: window.from, to: window.to)).rows.first)

        #expect(row.figures.cost.isEmpty && row.figures.unpricedRequests == 1 && row.figures.requests == 1)
        #expect(try reader.requests(RequestFilter()).map(\.priced) == [false])
    }

    @Test func aReportIsIncompleteWhileAHoldIsOpen() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let id = newID()
        _ = await ledger.admit(hold(id, 50, lines: []))
        let reader = try LedgerReader.open(folder.ledger)
        let before = try reader.costs(CostQuery(from: window.from, to: window.to))
        try await ledger.settle(end(id, 10), closing: closing(id))
        let after = try reader.costs(CostQuery(from: window.from, to: window.to))
        await ledger.close()

        #expect(!before.complete && before.total.attempts == 1 && before.total.cost == [.usd: 0])
        #expect(after.complete && after.total.cost == [.usd: 10])
    }

    @Test func aReportMissesNothingWhateverTheClockDid() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        try await settled(ledger, id: newID(at: noon + 40 * 86_400_000), at: noon)  // the clock went back
        try await settled(ledger, id: RequestID(high: 0, low: 9), at: noon)
        await ledger.close()
        let total = try LedgerReader.open(folder.ledger).costs(CostQuery(from: window.from, to: window.to)).total
        #expect(total.requests == 2)
    }

    @Test func absurdUsageDoesNotBreakAReport() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        for _ in 0..<3 {
            let id = newID()
            _ = await ledger.admit(hold(id, 50, lines: [line(100, 0)]))
            var lie = end(id, .max)
            lie.settlement.usage = Usage(input: .max, output: .min)
            _ = try? await ledger.settle(lie, closing: closing(id))
        }
        await ledger.close()
        let reader = try LedgerReader.open(folder.ledger)
        let total = try reader.costs(CostQuery(from: window.from, to: window.to)).total

        #expect(total.cost == [.usd: .max] && total.attempts == 1)  // the first blocked the period
        #expect(try reader.verify().map(\.problem).allSatisfy { $0.contains("its usage at its price") })
    }

    @Test func aRequestIsFoundWithAllThatWasRecorded() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let id = newID()
        var call = hold(id, 50, lines: [line(100, 50)])
        call.identity.prompt = PromptReference(
            name: "reply", version: "3.1.0", digest: String(repeating: "a", count: 64), label: "production",
            commit: "c1")
        call.identity.variant = VariantReference(experiment: "tone", phase: 2, variant: "warm")
        var rates = price()
        rates.set(Rates(input: 2, output: 4), when: RateConditions(aboveInput: 200_000))
        rates.set(Rates(input: 1, output: 1), when: RateConditions(tier: "batch"))
        rates.set(Rates(input: 3, output: 3), when: RateConditions(tier: "batch", aboveInput: 200_000, geo: "us"))
        call.price = rates
        _ = await ledger.admit(call)
        var ended = end(id, 20)
        ended.upstreamRequestID = "chatcmpl-1"
        ended.settlement.unpricedClasses = ["audio_input"]
        try await ledger.settle(ended)
        var closing = closing(id, session: "s1")
        closing.unitHash = [1, 2, 3]
        ledger.record(closing)  // the end came later than the settlement
        await ledger.close()
        let reader = try LedgerReader.open(folder.ledger)
        let detail = try #require(try reader.request(id))
        let attempt = try #require(detail.attempts.first)

        #expect(detail.end?.identity == call.identity && detail.end?.unitHash == [1, 2, 3])
        #expect(attempt.price == rates && attempt.quote == call.quote)
        #expect(attempt.settlement == ended.settlement && attempt.upstreamRequestID == "chatcmpl-1")
        #expect(attempt.lines.map(\.posted) == [Money(nano: 20, .usd)])
        #expect(try reader.request(newID()) == nil)
    }

    @Test func requestsAreListedNewestFirst() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let ids = (0..<5).map { newID(at: noon + $0) }
        for id in ids { try await settled(ledger, id: id) }
        let refused = newID(at: noon + 2)
        ledger.record(closing(refused, .refused, application: "shop"))
        await ledger.close()
        let reader = try LedgerReader.open(folder.ledger)
        var filter = RequestFilter()
        filter.limit = 3
        let newest = try reader.requests(filter).map(\.end.request)
        filter.application = "shop"
        let ofShop = try reader.requests(filter).map(\.end.request)

        #expect(newest == [ids[4], ids[3], refused])
        #expect(ofShop == [refused])
    }

    @Test func verificationFindsWhatWasTamperedWith() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let id = newID()
        _ = await ledger.admit(hold(id, 50, lines: [line(100, 50), line(90, 50, scope: .team)]))
        try await ledger.settle(end(id, 20))
        for number in 1...3 {
            try await ledger.audit(
                AuditEntry(at: noon, actor: "ada", action: "keys.create", subject: "key_\(number)", detail: ""))
        }
        await ledger.close()
        #expect(try LedgerReader.open(folder.ledger).verify().isEmpty)

        try sqlite(folder.ledger, "UPDATE period SET posted_nano=19 WHERE scope='application'")
        try sqlite(folder.ledger, "UPDATE line SET posted_nano=NULL")
        try sqlite(folder.ledger, "UPDATE audit SET subject='key_9' WHERE n=2")
        let findings = try LedgerReader.open(folder.ledger).verify().map(\.description)

        #expect(findings.contains { $0.contains("application bot") && $0.contains("posted is 0.000000019") })
        #expect(findings.contains { $0.contains("disagree on whether it is settled") })
        #expect(findings.contains { $0.contains("audit row 2") })
    }

    /// On the last attempt's row, and on the row of a request that had none.
    @Test(arguments: [true, false])
    func whatABudgetDidToARequestIsInItsRow(hasAttempt: Bool) async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let id = newID()
        var closing = closing(id)
        closing.maxTokens = 4_096
        closing.clippedTo = 812
        closing.degradedFrom = "chat-large"
        closing.cutBy = "budget"
        closing.idempotencyKey = "order-17"
        if hasAttempt {
            #expect(await ledger.admit(hold(id, 10, lines: [])).isHeld)
            try await ledger.settle(end(id, 5), closing: closing)
        } else {
            ledger.record(closing)
        }
        await ledger.close()
        let end = try LedgerReader.open(folder.ledger).request(id)?.end

        #expect(end?.maxTokens == 4_096 && end?.clippedTo == 812 && end?.degradedFrom == "chat-large")
        #expect(end?.cutBy == "budget" && end?.idempotencyKey == "order-17")
    }

    /// The row is updated when the end comes after the last settlement.
    @Test func anEndThatComesLateIsNotedWhole() async throws {
        let folder = try Folder()
        let ledger = try LedgerWriter.open(folder.ledger)
        let id = newID()
        var closing = closing(id, .failed)
        closing.degradedFrom = "chat-large"
        closing.idempotencyKey = "order-17"
        #expect(await ledger.admit(hold(id, 10, lines: [])).isHeld)
        try await ledger.settle(end(id, 0, basis: .notBilled))
        ledger.record(closing)
        await ledger.close()
        let end = try LedgerReader.open(folder.ledger).request(id)?.end

        #expect(end?.degradedFrom == "chat-large" && end?.idempotencyKey == "order-17" && end?.clippedTo == nil)
    }
}

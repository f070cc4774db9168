import Gateway
import Inference
import Ledger
import Synchronization
import Testing

/// Each path that a call can take: its hold is settled once, and no answer is complete before that is durable.
@Suite struct CallSettlementTests {
    /// What a call of `chat` may cost: `input` bytes and markers, and 100 tokens of output at 2 dollars a million.
    private static let outputBound: Int64 = 200_000

    @Test(arguments: [false, true])
    func anAnswerThatWasReadHasItsRow(stream: Bool) async throws {
        let gateway = try await RunningGateway(["sim-small"])
        let answer = try await gateway.ask(stream: stream).read()
        #expect(answer.hasPrefix("HTTP/1.1 200"))
        #expect(!stream || answer.contains("data: [DONE]"))
        #expect(try gateway.attempts.map(\.state) == [.posted])
        let budget = try gateway.budget
        #expect(budget?.held == 0 && budget?.presumed == 0 && (budget?.posted ?? 0) > 0)
        #expect(try await gateway.end() == [])
    }

    @Test(arguments: ["sim-small:delay=500", "sim-small:gap=100,chunks=4"], [false, true])
    func aClientThatLeavesIsMeteredToTheEnd(model: String, reset: Bool) async throws {
        let gateway = try await RunningGateway([model])
        let client = try gateway.ask(stream: true)
        #expect(try await gateway.waitForHolds(1))
        if model.contains("gap") { _ = await client.read(until: "data:") }
        client.leave(reset: reset)
        #expect(try await gateway.waitForHolds(0))
        let attempts = try gateway.attempts
        #expect(attempts.map(\.state) == [.posted] && attempts.first?.settlement?.basis == .reported)
        #expect(try gateway.read { try $0.requests(RequestFilter()) }.map(\.end.outcome) == [.cancelled])
        #expect(try await gateway.end() == [])
    }

    @Test func aClientThatLeavesWhileItWaitsForItsHoldCostsNothing() async throws {
        // The limit has room for one call.
        let gateway = try await RunningGateway(["sim-small:delay=1500"], limit: "0.0004")
        let first = try gateway.ask()
        #expect(try await gateway.waitForHolds(1))
        let second = try gateway.ask()
        #expect(try await gateway.wait { gateway.ledger.statistics.waiting == 1 })
        second.leave()
        #expect(await first.read().hasPrefix("HTTP/1.1 200"))
        #expect(try await gateway.waitForHolds(0))
        #expect(try await gateway.wait { try gateway.attempts.map(\.state) == [.posted, .voided] })
        #expect(try await gateway.end() == [])
    }

    @Test(arguments: ["sim-truncated", "sim-reset-stream", "sim-malformed", "sim-no-usage"])
    func anUnknownEndIsChargedAtTheBound(model: String) async throws {
        let gateway = try await RunningGateway([model])
        let answer = try await gateway.ask(stream: true).read()
        #expect(model == "sim-no-usage" || !answer.contains("[DONE]"))
        let attempts = try gateway.attempts
        #expect(attempts.map(\.state) == [.presumed])
        #expect(attempts.first?.settlement?.cost == attempts.first?.quote.bound)
        #expect((attempts.first?.quote.bound?.nano ?? 0) > CallSettlementTests.outputBound)
        #expect(try gateway.budget?.held == 0)
        #expect(try await gateway.end() == [])
    }

    @Test(arguments: [false, true])
    func anUnrecordedAnswerIsNotCompleted(stream: Bool) async throws {
        let gateway = try await RunningGateway(["sim-small:delay=500", "sim-small"])
        let client = try gateway.ask(stream: stream)
        #expect(try await gateway.waitForHolds(1))
        await gateway.ledger.close()
        let answer = await client.read()
        #expect(answer.contains("ledger_unavailable") && !answer.contains("[DONE]"))
        #expect(!answer.contains("chatcmpl") || stream)
        #expect(try await gateway.end() == [])
        // What was open is charged when the file is opened next.
        let next = try LedgerWriter.open(gateway.ledgerPath)
        #expect(next.recovered == 1)
        await next.close()
        #expect(try gateway.budget.map { [$0.held, $0.presumed - $0.posted] } == [0, 0])
    }

    @Test func anUnrecordedRefusalIsNotRelayed() async throws {
        let gateway = try await RunningGateway(["sim-context:delay=500"])
        let client = try gateway.ask()
        #expect(try await gateway.waitForHolds(1))
        await gateway.ledger.close()
        let answer = await client.read()
        #expect(answer.hasPrefix("HTTP/1.1 503") && answer.contains("ledger_unavailable"))
        #expect(try await gateway.end() == [])
    }

    @Test func noFallbackBeginsOnceTransfersWereCancelled() async throws {
        let gateway = try await RunningGateway(["sim-hang", "sim-small"])
        let client = try gateway.ask()
        #expect(try await gateway.waitForHolds(1))
        await gateway.server.cancelTransfers()
        let answer = await client.read()
        #expect(answer.hasPrefix("HTTP/1.1 503") && answer.contains("stopping"))
        #expect(try await gateway.wait { try gateway.attempts.map(\.state) == [.presumed] })
        #expect(try await gateway.end() == [])
    }

    @Test func aCallThatWaitedForItsBudgetIsNotSentOnceTransfersWereCancelled() async throws {
        let gateway = try await RunningGateway(["sim-hang"], limit: "0.0004")
        let first = try gateway.ask()
        #expect(try await gateway.waitForHolds(1))
        let second = try gateway.ask()
        #expect(try await gateway.wait { gateway.ledger.statistics.waiting == 1 })
        await gateway.server.cancelTransfers()
        #expect(await first.read().hasPrefix("HTTP/1.1 502"))
        // The first was presumed, so the second has no room; had it had, it would have got its hold back.
        #expect(await !second.read().hasPrefix("HTTP/1.1 200"))
        #expect(try await gateway.waitForHolds(0))
        #expect(try await gateway.end() == [])
    }

    @Test func aTargetThatAlwaysBreaksOffIsPassedByAfterAWhile() async throws {
        let gateway = try await RunningGateway(["sim-truncated", "sim-small"])
        for _ in 0..<5 { #expect(try await !gateway.ask(stream: true).read().contains("[DONE]")) }
        #expect(try await gateway.ask(stream: true).read().contains("[DONE]"))
        #expect(try await gateway.end() == [])
    }

    @Test func anAnswerThatCannotBeReadIsNotAskedForAgain() async throws {
        let gateway = try await RunningGateway(["sim-garbage", "sim-small"])
        #expect(try await gateway.ask().read().hasPrefix("HTTP/1.1 502"))
        #expect(try gateway.attempts.map(\.state) == [.presumed])
        #expect(try gateway.budget?.held == 0)
        #expect(try await gateway.end() == [])
    }

    @Test func eachAttemptOfARequestIsSettled() async throws {
        let gateway = try await RunningGateway(["sim-500", "sim-error-200", "sim-small"])
        #expect(try await gateway.ask().read().hasPrefix("HTTP/1.1 200"))
        #expect(try gateway.attempts.map(\.state) == [.voided, .presumed, .posted])
        #expect(try gateway.budget?.held == 0)
        #expect(try await gateway.end() == [])
    }

    @Test func aCrowdThatComesAndGoesNeverExceedsTheLimitAndLeavesNoHold() async throws {
        let gateway = try await RunningGateway(
            ["sim-small:gap=2,chunks=3", "sim-reset-stream", "sim-500"], limit: "0.003")
        var clients: [RawClient] = []
        for index in 0..<60 {
            let client = try gateway.ask(stream: index % 2 == 0)
            if index % 3 == 0 { client.leave(reset: index % 2 == 0) } else { clients.append(client) }
            if index % 7 == 0 { try await Task.sleep(for: .milliseconds(1)) }
            let budget = try gateway.budget
            #expect((budget?.posted ?? 0) + (budget?.held ?? 0) <= 3_000_000)
        }
        for client in clients { _ = await client.read() }
        #expect(try await gateway.wait { gateway.server.gateway.inFlight.load(ordering: .relaxed) == 0 })
        #expect(gateway.ledger.statistics.openHolds == 0 && gateway.ledger.statistics.violations == 0)
        let budget = try gateway.budget
        let posted = try gateway.attempts.compactMap { $0.settlement?.cost?.nano }.reduce(0, +)
        #expect(budget?.held == 0 && budget?.posted == posted && posted <= 3_000_000)
        #expect(try await gateway.end() == [])
    }
}

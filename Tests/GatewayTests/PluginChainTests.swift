import Inference
import PluginKit
import Synchronization
import Testing

@testable import Gateway

/// The order of plugins, and what one that fails costs.
@Suite struct PluginChainTests {
    /// What was called, in order.
    final class Diary: Sendable {
        private let entries = Mutex<[String]>([])
        var all: [String] { entries.withLock { $0 } }
        func note(_ entry: String) { entries.withLock { $0.append(entry) } }
    }

    struct Broken: Error {}

    /// Writes down what it is asked, and fails where it is told to.
    struct Scribe: GatePhase, AdmitPhase {
        static let name = "scribe"
        let id: String
        let diary: Diary
        var failure: (any Error)?
        var line: BudgetLine?

        func gate(_ call: Call) async throws {
            diary.note("gate \(id)")
            if let failure { throw failure }
        }

        func admit(_ call: Call, _ quote: Quote) async throws -> [BudgetDemand] {
            diary.note("admit \(id)")
            if let failure { throw failure }
            return line.map { [BudgetDemand($0)] } ?? []
        }

        func refusal(_ call: Call, line: BudgetLine, state: PeriodState, isBusy: Bool) -> GatewayError {
            GatewayError(402, "told_by_\(id)", "no")
        }

        func settle(_ call: Call, _ quote: Quote, _ settlement: Settlement) async { diary.note("settle \(id)") }
    }

    private let diary = Diary()

    private let call = Call(
        id: RequestID(milliseconds: 0, random: (1, 2)), at: 0,
        identity: CallIdentity(application: "bot", team: nil, key: "k", model: "m", generation: "g", commit: nil),
        streams: false)
    private let quote = Quote(
        provider: "p", upstreamModel: "m", attempt: 1, inputTokensMax: 1, outputTokensMax: 1, bound: nil)

    private func chain(_ failure: (any Error)? = nil) -> PluginChain {
        PluginChain([
            Scribe(id: "first", diary: diary), Scribe(id: "second", diary: diary, failure: failure),
            Scribe(id: "third", diary: diary),
        ])
    }

    @Test func phasesFollowTheConfigurationAndSettleGoesBackwards() async throws {
        let chain = chain()
        try await chain.gate(call)
        _ = try await chain.admit(call, quote)
        await chain.settle(call, quote, Settlement(basis: .notBilled, usage: Usage(), cost: nil))
        #expect(
            diary.all == [
                "gate first", "gate second", "gate third", "admit first", "admit second", "admit third",
                "settle third", "settle second", "settle first",
            ])
    }

    @Test func aPluginThatFailsLetsNothingThroughAndIsNamed() async {
        let gated = await #expect(throws: GatewayError.self) { try await chain(Broken()).gate(call) }
        #expect(gated?.status == 503 && gated?.code == "plugin_failed" && gated?.message.contains("'scribe'") == true)
        let admitted = await #expect(throws: GatewayError.self) { _ = try await chain(Broken()).admit(call, quote) }
        #expect(admitted?.code == "plugin_failed" && admitted?.retryAfter == 1)
        #expect(diary.all == ["gate first", "gate second", "admit first", "admit second"], "nobody behind it is asked")
    }

    @Test func aRefusalIsAnAnswerAndReachesTheClientAsItIs() async {
        let refusal = GatewayError(418, "teapot", "short and stout", retryAfter: 7)
        let told = await #expect(throws: GatewayError.self) { try await chain(refusal).gate(call) }
        #expect(told == refusal)
    }
}

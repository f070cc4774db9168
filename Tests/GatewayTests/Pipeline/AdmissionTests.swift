import Inference
import PluginKit
import Testing

@testable import Gateway

/// Which of several budgets is named.
@Suite struct AdmissionTests {
    private struct Owner: AdmitPhase {
        static let name = "owner"
        func admit(_ call: Call, _ quote: Quote) async throws -> [BudgetDemand] { [] }
        func refusal(_ call: Call, line: BudgetLine, state: PeriodState, isBusy: Bool) -> GatewayError {
            GatewayError(402, line.account.name, "\(isBusy)")
        }
    }

    private let call = Call(
        id: RequestID(milliseconds: 0, random: (1, 2)), at: 0,
        identity: CallIdentity(application: "bot", team: nil, key: "k", model: "m", generation: "g", commit: nil),
        streams: false)

    private func admission(_ lines: [BudgetLine], shared: Set<String> = []) -> Admission {
        var admission = Admission()
        for line in lines {
            admission.take(BudgetDemand(line, isShared: shared.contains(line.account.name)), of: Owner())
        }
        return admission
    }

    private func line(
        _ name: String, limit: Int64, nano: Int64, ends: Int64 = 10, enforces: Bool = true,
        currency: Currency = .usd
    ) -> BudgetLine {
        BudgetLine(
            account: Account(.application, name), window: .day, zone: "UTC", startsAt: 0, endsAt: ends, label: "1",
            limit: Money(nano: limit, currency), nano: nano, enforces: enforces)
    }

    private func state(_ limit: Int64, posted: Int64, held: Int64 = 0) -> PeriodState {
        PeriodState(id: 0, limit: limit, posted: posted, held: held, presumed: 0, overrun: 0)
    }

    @Test func theTightestOfThoseThatAreFullIsNamed() {
        let lines = [
            line("day", limit: 100, nano: 50), line("month", limit: 1_000, nano: 50),
            line("euros", limit: 90, nano: 45, currency: .eur), line("roomy", limit: 10_000, nano: 50),
        ]
        let states = [
            state(100, posted: 60), state(1_000, posted: 990), state(90, posted: 80), state(10_000, posted: 0),
        ]
        // Room for 0.8, 0.2 and 0.22 such calls; the last has room.
        let refusal = admission(lines).refusal(call, line: lines[0], states: states, isBusy: false)
        #expect(refusal.code == "month")
    }

    @Test func ofEqualsTheOneThatEndsLastIsNamed() {
        let lines = [line("day", limit: 100, nano: 50), line("month", limit: 100, nano: 50, ends: 300)]
        let states = [state(100, posted: 100), state(100, posted: 100)]
        #expect(admission(lines).refusal(call, line: lines[0], states: states, isBusy: false).code == "month")
    }

    @Test func aBudgetThatOnlyAlertsIsNeverNamedAndABusyOneIsTheOneInTheWay() {
        let lines = [
            line("alert", limit: 10, nano: 50, enforces: false), line("busy", limit: 100, nano: 50),
            line("day", limit: 100, nano: 50),
        ]
        let states = [state(10, posted: 900), state(100, posted: 0, held: 90), state(100, posted: 70)]
        #expect(admission(lines).refusal(call, line: lines[2], states: states, isBusy: false).code == "day")
        #expect(admission(lines).refusal(call, line: lines[1], states: states, isBusy: true).code == "busy")
    }

    @Test func theHeaderNamesTheSmallestShareOfTheApplicationsOwn() {
        let lines = [
            line("day", limit: 100, nano: 1), line("month", limit: 1_000, nano: 1), line("team", limit: 100, nano: 1),
        ]
        let states = [state(100, posted: 60), state(1_000, posted: 700), state(100, posted: 100)]
        let standing = admission(lines, shared: ["team"]).standing(states)
        #expect(standing?.line.account.name == "month" && standing?.remaining == 300)
        #expect(admission([lines[2]], shared: ["team"]).standing([states[2]]) == nil)
    }
}

import BudgetPlugin
import Inference
import JSON
import Ledger
import PluginKit
import Testing

@Suite struct BudgetPluginTests {
    /// 2026-11-21T22:30:00Z: still the 21st in UTC and in Berlin, already the 22nd in Kathmandu.
    static let moment: Int64 = 1_795_300_200_000

    static func rule(
        _ window: BudgetWindow, _ limit: Money, zone: String = "UTC", rates: [FXRate] = []
    ) -> BudgetRule {
        BudgetRule(
            BudgetSubject(.application, NamePattern("bot")), window: window, limit: limit, zone: zone, weekStart: 1,
            rates: rates)
    }

    static func plugin(_ rules: [BudgetRule]) throws -> BudgetAdmission {
        try BudgetAdmission(PluginEnvironment(settings: .null, budgets: ["bot": rules], edition: 7))
    }

    static func call(of application: String = "bot") -> Call {
        let identity = CallIdentity(
            application: application, team: nil, key: "key_1", model: "chat", generation: "g", commit: nil)
        return Call(
            id: RequestID(milliseconds: moment, random: (1, 2)), at: moment, identity: identity, streams: false)
    }

    static func quote(_ bound: Money?) -> Quote {
        Quote(
            provider: "sim", upstreamModel: "small", attempt: 1, inputTokensMax: 10, outputTokensMax: 10, bound: bound)
    }

    @Test func everyBudgetOfTheApplicationIsALineWithThePeriodOfItsZone() async throws {
        let limit = Money(nano: 5_000_000_000, .usd)
        let plugin = try Self.plugin([
            Self.rule(.day, limit), Self.rule(.day, limit, zone: "Asia/Kathmandu"), Self.rule(.month, limit),
        ])
        let lines = try await plugin.admit(Self.call(), Self.quote(Money(nano: 70, .usd))).map(\.line)
        #expect(lines.map(\.label) == ["2026-11-21", "2026-11-22", "2026-11"])
        #expect(lines.allSatisfy { $0.nano == 70 && $0.fx == nil && $0.limit == limit })
        #expect(lines.allSatisfy { $0.startsAt <= Self.moment && Self.moment < $0.endsAt })
    }

    @Test func anApplicationWithoutBudgetsHasNoLines() async throws {
        let plugin = try Self.plugin([Self.rule(.day, Money(nano: 1, .usd))])
        #expect(try await plugin.admit(Self.call(of: "other"), Self.quote(nil)).isEmpty)
    }

    @Test func aTargetWithoutAPriceIsRefused() async throws {
        let plugin = try Self.plugin([Self.rule(.day, Money(nano: 1, .usd))])
        let refusal = await #expect(throws: GatewayError.self) {
            try await plugin.admit(Self.call(), Self.quote(nil))
        }
        #expect(refusal?.status == 422)
        #expect(refusal?.code == "unpriced_model")
    }

    @Test func aBudgetInAnotherCurrencyTakesTheRateOfTheDayRoundedUp() async throws {
        let rate = FXRate(base: .usd, quote: .eur, day: "2026-11-20", nano: 900_000_001, source: "test")
        let old = FXRate(base: .usd, quote: .eur, day: "2026-11-01", nano: 1, source: "test")
        let later = FXRate(base: .usd, quote: .eur, day: "2026-11-22", nano: 2, source: "test")
        let plugin = try Self.plugin([Self.rule(.day, Money(nano: 9, .eur), rates: [old, rate, later])])
        let lines = try await plugin.admit(Self.call(), Self.quote(Money(nano: 1000, .usd))).map(\.line)
        #expect(lines.first?.nano == 901)  // 900.000001, upwards
        #expect(lines.first?.fx == rate)
    }

    @Test func aRateOlderThanAWeekIsNone() async throws {
        let rate = FXRate(base: .usd, quote: .eur, day: "2026-11-13", nano: 900_000_000, source: "test")
        let plugin = try Self.plugin([Self.rule(.day, Money(nano: 9, .eur), rates: [rate])])
        let refusal = await #expect(throws: GatewayError.self) {
            try await plugin.admit(Self.call(), Self.quote(Money(nano: 1000, .usd)))
        }
        #expect(refusal?.status == 503 && refusal?.code == "exchange_rate_expired" && refusal?.shouldRetry == false)
    }

    @Test func anUnknownZoneIsRefusedWhenThePluginIsMade() {
        #expect(throws: (any Error).self) {
            try Self.plugin([Self.rule(.day, Money(nano: 1, .usd), zone: "Europe/Atlantis")])
        }
    }

    @Test func theRefusalNamesTheBudgetAndWhatIsLeftAndIsNotRetried() async throws {
        let plugin = try Self.plugin([Self.rule(.day, Money(nano: 5_000_000_000, .usd), zone: "Europe/Berlin")])
        let line = try #require(
            try await plugin.admit(Self.call(), Self.quote(Money(nano: 2_000_000_000, .usd))).first?.line)
        let state = PeriodState(
            id: 1, limit: 5_000_000_000, posted: 4_500_000_000, held: 0, presumed: 0, overrun: 0)
        let refusal = plugin.refusal(Self.call(), line: line, state: state, isBusy: false)
        #expect(refusal.status == 402)
        #expect(refusal.type == "insufficient_quota")
        #expect(refusal.code == "budget_exceeded")
        #expect(refusal.shouldRetry == false)
        #expect(refusal.message.contains("day budget of application 'bot' (2026-11-21, Europe/Berlin)"))
        #expect(refusal.message.contains("0.500000000 USD of 5.000000000 USD is left"))

        let busy = plugin.refusal(Self.call(), line: line, state: state, isBusy: true)
        #expect(busy.status == 429)
        #expect(busy.code == "budget_busy")
        #expect(busy.retryAfter == 1)
    }
}

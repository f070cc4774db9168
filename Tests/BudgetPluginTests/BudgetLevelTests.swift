import BudgetPlugin
import Inference
import JSON
import Ledger
import PluginKit
import Testing

/// Which account a call is charged to, on each level.
@Suite struct BudgetLevelTests {
    static let limit = Money(nano: 1_000_000_000, .usd)

    static func rule(
        _ scope: Account.Scope, _ pattern: String?, of application: String? = nil, window: BudgetWindow = .day
    ) -> BudgetRule {
        BudgetRule(
            BudgetSubject(scope, pattern.map { NamePattern($0) }, of: application), window: window, limit: limit,
            zone: "UTC", weekStart: 1)
    }

    static func call(
        at moment: Int64 = BudgetPluginTests.moment, user: String? = nil, model: String = "large",
        isDegraded: Bool = false
    ) -> Call {
        var identity = CallIdentity(
            application: "bot", team: "support", key: "key_1", model: model, generation: "g", commit: nil)
        identity.prompt = PromptReference(name: "billing/dunning", version: nil, digest: "", label: nil, commit: nil)
        identity.variant = VariantReference(experiment: "tone", phase: 1, variant: "warm")
        return Call(
            id: RequestID(milliseconds: moment, random: (1, 2)), at: moment, identity: identity, keyName: "laptop",
            user: user, streams: false, isDegraded: isDegraded)
    }

    static func demands(_ rules: [BudgetRule], _ call: Call = call()) async throws -> [BudgetDemand] {
        try await BudgetPluginTests.plugin(rules).admit(
            call, BudgetPluginTests.quote(Money(nano: 70, .usd)))
    }

    @Test func oneCallStandsOnAllItsLevels() async throws {
        let rules = [
            Self.rule(.organisation, "acme"), Self.rule(.team, "support"), Self.rule(.application, "bot"),
            Self.rule(.key, "laptop", of: "bot"), Self.rule(.user, nil, of: "bot"), Self.rule(.model, "large"),
            Self.rule(.model, nil, of: "bot"), Self.rule(.prompt, "billing/*"), Self.rule(.prompt, nil, of: "bot"),
            Self.rule(.variant, "tone/warm"), Self.rule(.variant, nil, of: "bot"),
        ]
        let names = try await Self.demands(rules, Self.call(user: "5f0c")).map(\.line.account.name)
        #expect(
            names == [
                "acme", "support", "bot", "bot/laptop", "bot/5f0c", "large", "bot/large", "billing/dunning",
                "bot/billing/dunning", "tone/warm", "bot/tone/warm",
            ])
    }

    @Test func whatABudgetDoesNotCountIsNotCharged() async throws {
        let rules = [
            Self.rule(.team, "sales"), Self.rule(.application, "other"), Self.rule(.key, "server", of: "bot"),
            Self.rule(.model, "small"), Self.rule(.prompt, "support-*"), Self.rule(.variant, "tone/cold"),
            Self.rule(.user, nil, of: "other"),
        ]
        #expect(try await Self.demands(rules).isEmpty)
    }

    @Test func callsWithoutAUserShareOneBudget() async throws {
        #expect(try await Self.demands([Self.rule(.user, nil, of: "bot")]).map(\.line.account.name) == ["bot/-"])
    }

    @Test func aCallThatCanBecomeAnotherHasACeilingAndOneThatHasNoneHasNot() async throws {
        var rule = Self.rule(.application, "bot")
        rule.nearLimit = NearLimit(clip: 256, degrade: .init(at: 900_000, to: "small"))
        let first = try #require(try await Self.demands([rule]).first)
        #expect(first.line.ceiling == 900_000_000 && first.nearLimit == rule.nearLimit)
        for call in [Self.call(isDegraded: true), Self.call(model: "small")] {
            let demand = try #require(try await Self.demands([rule], call).first)
            #expect(demand.line.ceiling == nil && demand.nearLimit == NearLimit(clip: 256))
        }
    }

    @Test func theLineCarriesWhatTheRuleSaysAndTheGenerationThatSaysIt() async throws {
        var rule = Self.rule(.team, "support")
        rule.alerts = [500_000, 1_000_000]
        rule.enforces = false
        let demand = try #require(try await Self.demands([rule]).first)
        #expect(demand.line.alerts == [500_000, 1_000_000] && !demand.line.enforces && demand.line.generation == 7)
        #expect(demand.isShared)
        #expect(try await Self.demands([Self.rule(.application, "bot")]).map(\.isShared) == [false])
    }

    @Test func theRefusalOfASharedBudgetTellsNoAmounts() async throws {
        let plugin = try BudgetPluginTests.plugin([Self.rule(.team, "support", window: .month)])
        let line = try #require(
            try await plugin.admit(Self.call(), BudgetPluginTests.quote(Money(nano: 70, .usd))).first?.line)
        let state = PeriodState(id: 1, limit: 1_000_000_000, posted: 999_999_999, held: 0, presumed: 0, overrun: 0)
        let refusal = plugin.refusal(Self.call(), line: line, state: state, isBusy: false)
        #expect(refusal.message.contains("the month budget of team 'support' (2026-11, UTC) has no room"))
        #expect(!refusal.message.contains("USD"))
        #expect(refusal.message.contains("from 2026-12-01T00:00:00Z"))
        #expect(refusal.budget?.account == Account(.team, "support"))
        #expect(refusal.budget?.resetsAt == line.endsAt)
    }

    @Test func aBudgetForAllTimeIsNotResetAndSaysSo() async throws {
        let plugin = try BudgetPluginTests.plugin([Self.rule(.application, "bot", window: .total)])
        let line = try #require(
            try await plugin.admit(Self.call(), BudgetPluginTests.quote(Money(nano: 70, .usd))).first?.line)
        let state = PeriodState(id: 1, limit: 1_000_000_000, posted: 999_999_999, held: 0, presumed: 0, overrun: 0)
        let refusal = plugin.refusal(Self.call(), line: line, state: state, isBusy: false)
        #expect(refusal.budget?.resetsAt == nil && refusal.message.hasSuffix("or have the limit raised"))
    }

    @Test func aClockThatGoesBackFindsTheEarlierPeriodAgain() async throws {
        let plugin = try BudgetPluginTests.plugin([Self.rule(.application, "bot")])
        var labels: [String] = []
        for day: Int64 in [0, 1, 0, -1, 2] {
            let call = Self.call(at: BudgetPluginTests.moment + day * 86_400_000)
            labels += try await plugin.admit(call, BudgetPluginTests.quote(Money(nano: 70, .usd))).map(\.line.label)
        }
        #expect(labels == ["2026-11-21", "2026-11-22", "2026-11-21", "2026-11-20", "2026-11-23"])
    }
}

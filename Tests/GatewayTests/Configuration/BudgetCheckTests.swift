import Inference
import PluginKit
import Testing

@testable import Gateway

/// A budget that counts nothing is worse than none: whoever wrote it believes that it holds.
@Suite struct BudgetCheckTests {
    private static let prompt = """
        ---
        description: Answers.
        version: 1.0.0
        model: large
        ---
        Hello
        """
    private static let experiment = """
        id: tone
        model: large
        variants: [{name: warm, weight: 1}, {name: cold, weight: 1}]
        """

    private static func folder(_ shared: String, _ own: String, name: String = "bot") throws -> ConfigurationFolder {
        try ConfigurationFolder([
            "prices.yaml": """
            prices:
              - {provider: simulated, model: small, from: "2026-01-01", currency: USD, input: 1, output: 2, source: test}
            """,
            "prompts/reply.prompt": prompt, "prompts/secret.prompt": prompt, "experiments/tone.yaml": experiment,
            "gateway.yaml": """
            organisation: acme
            prices: prices.yaml
            experiments: experiments
            prompts: {path: prompts, allow_unreleased: true}
            providers: {sim: {kind: simulated}}
            models:
              large: {targets: [{provider: sim, model: small}]}
              small: {targets: [{provider: sim, model: small}]}
              idle: {targets: [{provider: sim, model: small}]}
              dear: {targets: [{provider: sim, model: unpriced}]}
            applications:
              \(name): {team: support, models: [large, small, dear], prompts: [reply], budgets: [\(own)]}
            budgets: [\(shared)]
            """,
        ])
    }

    private static func errors(shared: String = "", own: String = "", name: String = "bot") throws -> [String] {
        let folder = try folder(shared, own, name: name)
        let built = GenerationBuilder(
            path: folder.path + "/gateway.yaml", environment: [:], factories: ["budget": { _ in Budget() }]
        ).build()
        return built.diagnostics.filter { $0.severity == .error }.map(\.message)
    }

    private struct Budget: Plugin { static let name = "budget" }

    @Test func everyLevelCanHaveOne() throws {
        let terms = "window: day, limit: 5 USD"
        let shared = ["organisation: true", "team: support", "model: large", "prompt: reply", "variant: tone/warm"]
        let own = [
            "each: user", "each: key", "each: model, zone: Asia/Tokyo", "each: prompt, zone: Asia/Tokyo",
            "each: variant, zone: Asia/Tokyo", "key: laptop, zone: Asia/Tokyo", "model: large", "prompt: reply",
            "variant: tone/cold", "degrade: {at: 0.9, to: small}, clip: 256, clip_structured: true, alerts: [1, 0.5]",
            "zone: Asia/Tokyo, on_exhausted: alert_only",
        ]
        // A key budget for each and one by name share accounts only in the same zone.
        let list = { (subjects: [String]) in subjects.map { "{\($0), \(terms)}" }.joined(separator: ", ") }
        #expect(try Self.errors(shared: list(shared), own: list(own)) == [])
        let folder = try Self.folder(list(shared), list(own))
        let configuration = try #require(folder.load().configuration)
        let application = try #require(configuration.applications["bot"])
        #expect(configuration.budgets(of: application).count == shared.count + own.count)
        #expect(configuration.budgets[0].subject.account == Account(.organisation, "acme"))
        #expect(application.budgets[9].alerts == [500_000, 1_000_000])
        #expect(
            application.budgets[9].nearLimit
                == NearLimit(
                    clip: 256, clipsStructured: true, degrade: .init(at: 900_000, to: "small")))
        #expect(application.budgets[10].onExhausted == .alertOnly)
    }

    @Test(arguments: [
        (
            "team: suport",
            "budgets[0].team: no application is of team 'suport', so it counts nothing; did you mean 'support'?"
        ),
        ("model: lagre", "budgets[0].model: no model is named 'lagre', so it counts nothing; did you mean 'large'?"),
        ("model: idle", "budgets[0].model: no application that it counts may use 'idle', so it counts nothing"),
        ("prompt: repyl", "budgets[0].prompt: 'repyl' matches no prompt, so it counts nothing; did you mean 'reply'?"),
        ("prompt: sec*", "budgets[0].prompt: no application that it counts may use 'sec*', so it counts nothing"),
        ("variant: tone/wram", "did you mean 'tone/warm'?"),
        ("organisation: false", "budgets[0].organisation: must be true, or the key is left out"),
        ("team: support, model: large", "budgets[0]: must name one of organisation, team, model, prompt, variant"),
        ("zone: UTC", "budgets[0]: must name one of organisation"),
        ("application: bot", "unknown key 'application'"),
        (
            "model: large, degrade: {at: 0.9, to: smal}",
            "budgets[0].degrade.to: no model is named 'smal'; did you mean 'small'?"
        ),
        ("model: large, degrade: {at: 0.9, to: large}", "budgets[0].degrade.to: is the model that the budget counts"),
        ("model: large, degrade: {at: 0.9, to: dear}", "budgets[0].degrade.to: no target of 'dear' has a price"),
        ("model: large, degrade: {at: 1.5, to: small}", "budgets[0].degrade.at: must be above 0 and at most 1"),
        ("model: large, clip_structured: true", "clip_structured: has no effect without 'clip'"),
        ("model: large, on_exhausted: alert_only, clip: 5", "clip: has no effect on a budget that only alerts"),
        ("model: large, on_exhausted: block", "'block' is unknown; it must be one of deny, alert_only"),
        ("model: large, alerts: [0.5, 0.5]", "alerts: names a share twice"),
        ("model: large, alerts: [0.0000001]", "alerts[0]: must be above 0"),
    ])
    func aSharedBudgetThatCountsNothingIsRefused(subject: String, expected: String) throws {
        let errors = try Self.errors(shared: "{\(subject), window: day, limit: 5 USD}")
        #expect(errors.contains { $0.contains(expected) }, "\(errors)")
    }

    @Test(arguments: [
        ("model: idle", "applications.bot.budgets[0].model: no application that it counts may use 'idle'"),
        ("prompt: secret", "budgets[0].prompt: no application that it counts may use 'secret'"),
        ("each: team", "'team' is unknown; it must be one of user, key, model, prompt, variant"),
        ("each: user, model: large", "names two parts of the application's calls; make it two budgets"),
    ])
    func aBudgetOfAnApplicationThatCountsNothingIsRefused(subject: String, expected: String) throws {
        let errors = try Self.errors(own: "{\(subject), window: day, limit: 5 USD}")
        #expect(errors.contains { $0.contains(expected) }, "\(errors)")
    }

    @Test(arguments: [
        ("{each: model", "{model: large"), ("{prompt: \"re*\"", "{prompt: reply"), ("{each: user", "{each: user"),
    ])
    func oneAccountHasOneLimitInAWindow(first: String, second: String) throws {
        let terms = ", window: day, limit: 5 USD}"
        let errors = try Self.errors(own: first + terms + ", " + second + terms)
        #expect(errors.contains { $0.contains("budgets[1]: has the same account, window, zone and currency as") })
    }

    @Test func modelsThatStandInForEachOtherAreRefused() throws {
        let errors = try Self.errors(
            shared: "{model: large, window: day, limit: 5 USD, degrade: {at: 0.9, to: small}}",
            own: "{model: small, window: day, limit: 5 USD, degrade: {at: 0.9, to: large}}")
        #expect(errors.contains { $0.contains("go round in a circle") }, "\(errors)")
    }

    @Test func aSharedBudgetNeedsThePluginAndItsCurrencyARate() throws {
        let folder = try Self.folder("{team: support, window: day, limit: 5 CHF}", "")
        #expect(
            folder.load().diagnostics.contains {
                $0.message.hasPrefix("budgets[0].limit: is in CHF, but sim/small costs USD")
            })
        try folder.write(
            "budgets: [{organisation: true, window: day, limit: 5 USD}]\nplugins: []\n", to: "gateway.yaml")
        #expect(folder.load().diagnostics.contains { $0.message.hasPrefix("budgets[0]: nobody enforces it") })
    }

    @Test func anApplicationWhoseNameHidesItsPartsIsRefused() throws {
        let errors = try Self.errors(own: "{each: user, window: day, limit: 5 USD}", name: "a/b")
        #expect(errors.contains { $0.contains("the application's name has a '/'") })
    }
}

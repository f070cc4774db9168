import Testing

@testable import Gateway

/// What only shows when the parts are seen together.
@Suite struct ConfigurationCheckTests {
    static let prices = """
        prices:
          - {provider: simulated, model: small, from: "2026-01-01", currency: USD, input: 0.15, output: 0.60, source: test}
        fx:
          - {date: "2026-11-20", base: EUR, quote: USD, rate: 1.0843, source: ECB}
        """

    /// A configuration in which only `budgets`, `targets` and `rest` differ from one that is right.
    static func findings(
        targets: String = "[{provider: sim, model: small}]", budgets: String = "[{window: day, limit: 5.00 USD}]",
        models: String = "[chat]", rest: String = "", today: String = "2026-11-21"
    ) throws -> [String] {
        let text = """
            prices: prices.yaml
            providers: {sim: {kind: simulated}}
            models:
              chat: {targets: \(targets)}
            applications:
              bot: {models: \(models), budgets: \(budgets)}
            \(rest)
            """
        return try ConfigurationFolder.findings(text, files: ["prices.yaml": prices], today: today)
    }

    @Test func nothingIsSaidAboutAConfigurationThatIsRight() throws {
        #expect(try Self.findings() == [])
        #expect(try Self.findings(budgets: "[{window: day, limit: 5.00 EUR, zone: Europe/Berlin}]") == [])
    }

    @Test(arguments: [
        ("[{window: day, limit: 5.00}]", "limit: is a decimal number; an amount has a currency"),
        ("[{window: day, limit: -5 USD}]", "limit: must be an amount and a currency"),
        ("[{window: day, limit: 0.00 USD}]", "limit: must be above zero"),
        ("[{window: day, limit: 99999999999 USD}]", "limit: must be an amount and a currency"),
        ("[{window: day, limit: 5 usd}]", "limit: must be an amount and a currency"),
        ("[{window: daily, limit: 5 USD}]", "window: 'daily' is unknown; did you mean 'day'?"),
        ("[{window: day, limit: 5 USD, zone: Europe/Berln}]", "zone: 'Europe/Berln' is no time zone"),
        ("[{window: day, limit: 5 USD, zone: ../../etc/passwd}]", "zone: '../../etc/passwd' is no time zone"),
        ("[{window: day, limit: 5 USD, week_start: monday}]", "week_start: has no effect on the window 'day'"),
        ("[{window: day, limit: 5 USD, alerts: [0]}]", "alerts[0]: must be above 0 and at most 10"),
        (
            "[{window: day, limit: 5 USD}, {window: day, limit: 6 USD}]",
            "budgets[1]: has the same account, window, zone and currency as applications.bot.budgets[0]"
        ),
        ("[{window: day, limit: 5 CHF}]", "is in CHF, but sim/small costs USD and the price book has no rate"),
    ])
    func aBudgetMustBeEnforceable(budgets: String, expected: String) throws {
        let findings = try Self.findings(budgets: budgets)
        #expect(findings.count == 1 && findings[0].contains(expected), "\(findings)")
    }

    @Test func aRateIsTooOldAfterAWeek() throws {
        let budgets = "[{window: day, limit: 5 EUR}]"
        #expect(try Self.findings(budgets: budgets, today: "2026-11-27") == [])
        #expect(try Self.findings(budgets: budgets, today: "2026-11-28").count == 1)
    }

    @Test(arguments: [
        ("[{provider: smi, model: small}]", "targets[0].provider: no provider is named 'smi'; did you mean 'sim'?"),
        ("[]", "targets: is empty; name at least one target"),
        ("[{provider: sim, model: small}, {provider: sim, model: small}]", "targets[1]: is the same as a target above"),
        ("[{provider: sim, model: new}]", "warning: models.chat.targets: no target has a price on 2026-11-21"),
        (
            "[{provider: sim, model: small}, {provider: sim, model: new}]",
            "warning: models.chat.targets: sim/new has no price"
        ),
    ])
    func aTargetMustBeKnownAndPriced(targets: String, expected: String) throws {
        let findings = try Self.findings(targets: targets)
        #expect(findings.contains { $0.contains(expected) }, "\(findings)")
    }

    @Test func aFreeTargetNeedsNoPriceAndWithoutABudgetNoneDoes() throws {
        #expect(try Self.findings(targets: "[{provider: sim, model: new, free: true}]") == [])
        #expect(try Self.findings(targets: "[{provider: sim, model: new}]", budgets: "[]") == [])
    }

    @Test func oneMistakeIsReportedOnce() throws {
        #expect(try Self.findings(rest: "plugins: [bugdet]").count == 1)
        #expect(try Self.findings(rest: "metrics: nowhere.yaml").count == 1)
        #expect(
            try Self.findings(targets: "[{provider: smi, model: small}]").filter { $0.contains("error") }.count == 1)
    }

    @Test func anApplicationWithBudgetsNeedsThePluginAndAModel() throws {
        #expect(try Self.findings(rest: "plugins: []").contains { $0.contains("plugins does not bind 'budget'") })
        #expect(try Self.findings(models: "[]").contains { $0.contains("they can match nothing") })
        #expect(
            try Self.findings(models: "[chta]").contains {
                $0.contains("no model is named 'chta'; did you mean 'chat'?")
            })
    }

    @Test(arguments: [
        (
            "id: e\nmodel: chat\nvariants: [{name: a, weight: 1}, {name: b, weight: 1, model: caht}]",
            "did you mean 'chat'?"
        ),
        ("id: e\nmodel: chat\nvariants: [{name: a, weight: 1}]", "variants: must have two or more variants"),
        ("id: e\nvariants: [{name: a, weight: 1}, {name: b, weight: 1}]", "'prompt' or 'model' is missing"),
        (
            "id: e\nmodel: chat\nramp: []\nvariants: [{name: a, weight: 1}, {name: b, weight: 1}]",
            "'ramp' is not in this version"
        ),
        (
            "id: e\nmodel: chat\ncoverage: 1.5\nvariants: [{name: a, weight: 1}, {name: b, weight: 1}]",
            "coverage: must be above 0"
        ),
        (
            "id: e\nmodel: chat\nvariants: [{name: a, weight: -1}, {name: b, weight: 1}]",
            "variants[0].weight: must be from 0"
        ),
        ("id: e\nmodel: chat\nvariants: [{name: a, weight: 1}, {name: a, weight: 1}]", "names must differ"),
        (
            "id: e\nmodel: chat\nstart: \"2026-12-02T00:00:00Z\"\nend: \"2026-12-01T00:00:00Z\"\n"
                + "variants: [{name: a, weight: 1}, {name: b, weight: 1}]", "end: must be later than start"
        ),
    ])
    func anExperimentMustBeRunnable(experiment: String, expected: String) throws {
        let findings = try Self.experiments(["a.yaml": experiment])
        #expect(findings.count == 1 && findings[0].hasPrefix("experiments/a.yaml:"), "\(findings)")
        #expect(findings.first?.contains(expected) == true, "\(findings)")
    }

    @Test func twoExperimentsMayNotRunOnTheSameCallsAtTheSameTime() throws {
        func file(_ id: String, _ times: String) -> String {
            "id: \(id)\nmodel: chat\nstatus: running\n\(times)\nvariants: [{name: a, weight: 1}, {name: b, weight: 1}]\n"
        }
        let first = file("one", "end: \"2026-12-01T00:00:00Z\"")
        #expect(try Self.experiments(["a.yaml": first, "b.yaml": file("two", "")]).count == 1)
        #expect(
            try Self.experiments(["a.yaml": first, "b.yaml": file("two", "start: \"2026-12-01T00:00:00Z\"")]) == [])
    }

    static func experiments(_ files: [String: String]) throws -> [String] {
        let text = """
            experiments: experiments
            providers: {sim: {kind: simulated}}
            models: {chat: {targets: [{provider: sim, model: small}]}}
            applications: {bot: {models: [chat]}}
            """
        let files = Dictionary(uniqueKeysWithValues: files.map { ("experiments/\($0)", $1) })
        return try ConfigurationFolder.findings(text, files: files)
    }
}

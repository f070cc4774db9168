import Inference
import Testing

@testable import Gateway

@Suite struct PriceRatesFileTests {
    private let head = """
        prices:
          - provider: openai
            model: m
            from: "2026-11-01"
            currency: USD
            source: test
            input: 10
            output: 50

        """

    private func price(_ more: String) throws -> Price? {
        let folder = try ConfigurationFolder(["gateway.yaml": "prices: prices.yaml", "prices.yaml": head + more])
        return try #require(folder.load().configuration).prices.price(provider: "openai", model: "m", on: "2026-12-01")
    }

    private func errors(_ more: String) throws -> [String] {
        let folder = try ConfigurationFolder(["gateway.yaml": "prices: prices.yaml", "prices.yaml": head + more])
        return folder.load().diagnostics.filter { $0.severity == .error }.map(\.description)
    }

    @Test func shorthandIsAnEntryOfOneCondition() throws {
        let short = try price(
            """
                tiers: {priority: {input: 20, output: 100}}
                long_context: [{above_input_tokens: 272000, input: 20, cached_input: 2, output: 75}]
            """)
        let long = try price(
            """
                rates:
                  - {when: {above_input: 272000}, input: 20, cached_input: 2, output: 75}
                  - {when: {tier: priority}, input: 20, output: 100}
            """)
        #expect(short == long && long?.conditional.count == 2)
    }

    @Test func anyConditionsTogetherHaveRates() throws {
        let price = try #require(
            try price(
                """
                    rates:
                      - {when: {tier: priority, above_input: 272000, geo: us}, input: 44, output: 165}
                """))
        let usage = Usage(input: 1_000_000, output: 0)
        #expect(price.charge(for: usage, tier: "priority", geo: "us")?.nano == 44_000_000_000)
        #expect(price.charge(for: usage, tier: "priority")?.nano == 10_000_000_000)
    }

    @Test(arguments: [
        (
            "rates: [{when: {tier: priority}, input: 1, output: 1}, {when: {geo: us}, input: 1, output: 1}]",
            "fit the same calls"
        ),
        ("rates: [{when: {}, input: 1, output: 1}]", "names no condition"),
        ("rates: [{input: 1, output: 1}]", "'when' is missing"),
        ("rates: [{when: {tier: flex}, input: 1}]", "'output' is missing"),
        ("rates: [{when: {tiers: flex}, input: 1, output: 1}]", "unknown key 'tiers'"),
        ("rates: [{when: {above_input: 0}, input: 1, output: 1}]", "above_input"),
        (
            "rates: [{when: {tier: flex}, input: 1, output: 1}]\n    tiers: {flex: {input: 1, output: 1}}",
            "has rates already"
        ),
    ])
    func whatCannotBeMeantIsRefused(more: String, message: String) throws {
        let found = try errors("    " + more)
        #expect(
            found.count == 1 && found.allSatisfy { $0.contains(message) && $0.contains("prices.yaml:") }, "\(found)")
    }

    @Test func twoEntriesMayMeetWhereAThirdDecides() throws {
        let found = try errors(
            """
                rates:
                  - {when: {tier: priority}, input: 1, output: 1}
                  - {when: {geo: us}, input: 1, output: 1}
                  - {when: {tier: priority, geo: us}, input: 1, output: 1}
            """)
        #expect(found == [])
    }

    private func shipped() throws -> PriceBook {
        let path = "\(ShippedConfigurationTests.root)/config/gateway.yaml"
        let load = Configuration.load(path: path, environment: [:], today: "2026-11-21")
        return try #require(load.configuration).prices
    }

    /// 272,100 tokens in and 128,000 out: the vendor's price, not half of it, and a bound that has room for it.
    @Test(arguments: [
        ("gpt-6-astra", "priority", 30_084_000_000), ("gpt-6-astra", "flex", 7_521_000_000),
        ("gpt-6-astra", "batch", 7_521_000_000), ("gpt-6-astra", "default", 15_042_000_000),
        ("gpt-5.6-luna", "priority", 678_480_000), ("gpt-5.5", "batch", 4_240_500_000),
    ])
    func theShippedBookKnowsLongInputsOfEachTier(model: String, tier: String, nano: Int64) throws {
        let price = try #require(try shipped().price(provider: "openai", model: model, on: "2026-12-01"))
        let charge = price.charge(for: Usage(input: 272_100, output: 128_000), tier: tier)
        #expect(charge?.nano == nano && charge?.unpricedClasses == [])
        let bound = price.upperBound(
            input: 272_100, output: 128_000, tiers: ServiceTier.reachable(from: tier, automatic: []))
        #expect(try #require(bound) >= nano)
    }

    /// Wherever a shipped entry has prices for a tier and for long inputs, or for a place, nothing ties.
    @Test func noShippedEntryTies() throws {
        let all = try shipped().all
        #expect(all.filter { $0.conditional.contains { $0.when.count > 1 } }.count >= 14)
        #expect(all.allSatisfy { $0.tie == nil })
        let claude = try #require(all.first { $0.model == "claude-opus-5-5" })
        let usage = Usage(input: 1_000_000, output: 0)
        #expect(claude.charge(for: usage, tier: "fast", geo: "us")?.nano == 8_800_000_000)
        #expect(claude.charge(for: usage, geo: "us")?.nano == 4_400_000_000)
    }
}

import Inference
import Testing

@testable import Gateway

@Suite struct PriceBookFileTests {
    static func load(_ entry: String) throws -> ConfigurationLoad {
        let folder = try ConfigurationFolder([
            "gateway.yaml": "prices: prices.yaml", "prices.yaml": "prices:\n  - {\(entry)}\n",
        ])
        return folder.load()
    }

    static let head = "provider: openai, model: m, from: \"2026-11-01\", currency: USD, source: test"

    @Test func aDecimalBecomesNanoUnitsExactly() throws {
        let load = try Self.load("\(Self.head), input: 0.1, output: 0.000000001, cached_input: 4, context_window: 1000")
        let price = load.configuration?.prices.price(provider: "openai", model: "m", on: "2026-11-01")
        #expect(
            price?.rates.input == 100_000_000 && price?.rates.output == 1 && price?.rates[.cachedInput] == 4_000_000_000
        )
        #expect(price?.rates[.cacheWrite] == nil && price?.contextWindow == 1_000)
        #expect(load.configuration?.prices.price(provider: "openai", model: "m", on: "2026-10-31") == nil)
    }

    @Test(arguments: [
        ("\(head), input: -1, output: 1", "input: must not be negative"),
        ("\(head), input: .nan, output: 1", ""),
        ("\(head), input: NaN, output: 1", "input: is a text; it must be a plain number"),
        ("\(head), input: 1 USD/1K, output: 1", "input: is a text; it must be a plain number"),
        ("\(head), input: 0, output: 1", "input: is zero; if the model costs nothing, add 'free: true'"),
        ("\(head), input: 0.0000000001, output: 1", "input: must not be negative, and has at most nine places"),
        ("\(head), input: 1000001, output: 1", "input: is above 1000000 per million tokens"),
        ("\(head), output: 1", "'input' is missing"),
        ("\(head), input: 1", "'output' is missing"),
        ("\(head), input: 1, output: 1, unit: 1K", "unknown key 'unit'"),
        ("\(head), mode: embedding, input: 1, output: 1", "output: an embedding has no output"),
        ("provider: a, model: m, from: \"2026-02-30\", currency: USD, source: t, input: 1, output: 1", "is no day"),
        ("provider: a, model: m, from: \"2026-02-01\", currency: usd, source: t, input: 1, output: 1", "ISO 4217"),
        ("provider: a, model: m, from: \"2026-02-01\", currency: USD, input: 1, output: 1", "'source' is missing"),
        ("\(head), input: 1, output: 1}\n  - {\(head), input: 2, output: 2", "has a price in line 2 already"),
        (
            "\(head), input: 1, output: 1, long_context: [{above_input_tokens: 9, input: 1, output: 1}, "
                + "{above_input_tokens: 9, input: 2, output: 2}]", "overlaps the one before it"
        ),
    ])
    func aPriceThatCannotBeRightIsRefused(entry: String, expected: String) throws {
        let load = try Self.load(entry)
        #expect(load.configuration == nil && load.diagnostics.count == 1, "\(load.diagnostics)")
        #expect(load.diagnostics[0].message.contains(expected), "\(load.diagnostics)")
    }

    @Test func aRateConvertsBothWaysAndRoundsUp() throws {
        let written = FXRate(base: .eur, quote: .usd, day: "2026-11-20", nano: 1_084_300_000, source: "ECB")
        let rates = ExchangeRates([written])
        let dollars = rates.rate(from: .eur, to: .usd, on: "2026-11-21")
        #expect(dollars == written && dollars?.convert(1) == 2)
        let euros = try #require(rates.rate(from: .usd, to: .eur, on: "2026-11-21"))
        #expect(euros.nano == 922_253_989)  // 10¹⁸ / 1084300000 = 922253988.74…
        #expect(rates.all(to: .eur, from: [.usd]) == [euros])
        #expect(rates.rate(from: .usd, to: .eur, on: "2026-11-19") == nil)
        #expect(rates.rate(from: .usd, to: .eur, on: "2026-11-28") == nil)
    }

    @Test func theProvidersNameComesBeforeItsKindAndASuffixOfASimulatedModelIsIgnored() throws {
        let folder = try ConfigurationFolder([
            "gateway.yaml": "prices: prices.yaml\nproviders: {sim: {kind: simulated}, mine: {kind: simulated}}",
            "prices.yaml": """
            prices:
              - {provider: simulated, model: m, from: "2026-01-01", currency: USD, input: 1, output: 1, source: t}
              - {provider: mine, model: m, from: "2026-01-01", currency: USD, input: 2, output: 2, source: t}
            """,
        ])
        let configuration = try #require(folder.load().configuration)
        func input(_ provider: String, _ model: String) -> Int64? {
            configuration.price(of: TargetSettings(provider: provider, model: model), on: "2026-11-21")?.rates.input
        }
        #expect(input("mine", "m") == 2_000_000_000)
        #expect(input("sim", "m:delay=5") == 1_000_000_000)
        #expect(input("sim", "n") == nil && input("nobody", "m") == nil)
    }
}

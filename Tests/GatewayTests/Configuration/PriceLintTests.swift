import Inference
import Testing

@testable import Gateway

@Suite struct PriceLintTests {
    private func entries(_ lines: String...) throws -> [PriceEntry] {
        let text = lines.map { "  - {provider: openai, model: m, currency: USD, source: test, \($0)}\n" }.joined()
        return try #require(PriceBookReading(Array("prices:\n\(text)".utf8), file: "p.yaml").entries)
    }

    private func messages(_ entries: [PriceEntry], _ severity: Diagnostic.Severity) -> [String] {
        PriceLint.findings(in: entries, today: "2026-11-21").filter { $0.severity == severity }.map(\.message)
    }

    @Test(
        arguments: [
            ("input: 100, output: 100", nil),
            ("input: 1, output: 100.000000001", "output is 100.000000001, more than 100 times above"),
            ("input: 0.01, output: 1", nil), ("input: 0.0099, output: 1", "input is 0.0099, more than 100 times below"),
            ("input: 1, output: 1, unusual: true", nil), ("input: 0.000001, output: 1, unusual: true", nil),
            ("input: 1, output: 1, tiers: {batch: {input: 60, output: 1}}", "tiers.batch.input is 60"),
            ("input: 1, output: 1, per_call: {web_search: 2}", "per_call.web_search is 2"),
            (
                "input: 1, output: 1, long_context: [{above_input_tokens: 9, input: 500, output: 1}]",
                "long_context.9.input"
            ),
        ] as [(String, String?)])
    func aLeapIsRefused(entry: String, expected: String?) throws {
        let first =
            "from: \"2026-10-01\", input: 1, output: 1, tiers: {batch: {input: 0.5, output: 1}}, "
            + "per_call: {web_search: 0.01}, long_context: [{above_input_tokens: 9, input: 2, output: 1}]"
        let leaps = PriceLint.leaps(in: try entries("from: \"2026-11-01\", \(entry)", first))
        #expect(leaps.count == (expected == nil ? 0 : 1), "\(leaps)")
        if let expected { #expect(leaps[0].message.contains(expected), "\(leaps)") }
    }

    @Test func serveRefusesALeapToo() throws {
        let load = try PriceBookFileTests.load(
            "\(PriceBookFileTests.head), input: 1, output: 1}\n  - {provider: openai, model: m, from: \"2026-11-09\", "
                + "currency: USD, source: test, input: 0.000001, output: 1")
        #expect(load.configuration == nil)
        #expect(
            load.diagnostics.map(\.description).joined().contains("prices.yaml:3:5: error: openai/m from 2026-11-09"))
        #expect(load.diagnostics[0].message.contains("add 'unusual: true' to the entry"))
    }

    @Test(arguments: [
        ("from: \"2026-11-01\", input: 2, output: 1", "output is cheaper than input"),
        ("from: \"2026-11-01\", input: 1, output: 2, cached_input: 3", "cached_input is dearer than input"),
        ("from: \"2026-11-01\", input: 0.00000015, output: 2", "is it a price per token?"),
        ("from: \"2026-05-01\", input: 1, output: 2", "is 204 days old"),
    ])
    func oddThingsAreWarnings(entry: String, expected: String) throws {
        let found = messages(try entries(entry), .warning)
        #expect(found.count == 1 && found[0].contains(expected), "\(found)")
    }

    @Test func theOrderOfDaysAndTheFutureAreNamed() throws {
        let book = try entries(
            "from: \"2026-11-09\", input: 1, output: 2", "from: \"2026-11-01\", input: 1, output: 2",
            "from: \"2027-01-01\", input: 1, output: 2")
        #expect(
            messages(book, .warning) == [
                "openai/m from 2026-11-01: stands below the entry from 2026-11-09; keep the days in order"
            ])
        #expect(messages(book, .note) == ["openai/m from 2027-01-01: is not in force before 2027-01-01"])
    }

    @Test func changesAgainstAnEarlierStateAreListed() throws {
        let old = try entries(
            "from: \"2026-10-01\", input: 1, output: 2", "from: \"2026-11-01\", input: 1, output: 2, cached_input: 0.5")
        let new = try entries(
            "from: \"2026-11-01\", input: 1.25, output: 2", "from: \"2026-12-01\", input: 300, output: 2")
        let changes = PriceChanges(from: old, to: new, today: "2026-11-21")
        #expect(changes.changes.map(\.kind) == [.removed, .changed, .added])
        #expect(changes.changes[1].details == ["cached_input 0.5 → none", "input 1 → 1.25"])
        #expect(changes.findings.map(\.severity) == [.warning])
        #expect(changes.findings[0].message.contains("changes what calls were billed at"))
        let slip = PriceChanges(
            from: old, to: try entries("from: \"2026-11-01\", input: 101, output: 2"), today: "2026-11-21")
        #expect(slip.findings.map(\.severity) == [.error, .warning])
    }

    @Test func nothingInAFileTrapsTheReader() {
        for text in ["", "prices", "prices: 3", "fx: x", "\u{0}", "prices: [{}]", "fx_file: nowhere.csv"] {
            #expect(
                PriceBookReading(Array(text.utf8), file: "p.yaml").entries == nil || text == "fx_file: nowhere.csv"
                    || text.isEmpty)
        }
    }
}

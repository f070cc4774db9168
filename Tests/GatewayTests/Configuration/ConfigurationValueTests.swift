import Inference
import Testing

@testable import Gateway

@Suite struct ConfigurationValueTests {
    @Test(
        arguments: [
            ("250ms", 250), ("30s", 30_000), ("5m", 300_000), ("2h", 7_200_000), ("90d", 7_776_000_000), ("0s", 0),
            ("30", nil), ("s", nil), ("-1s", nil), ("1.5s", nil), ("1 s", nil), ("999999999999d", nil), ("1S", nil),
            ("", nil),
        ] as [(String, Int64?)])
    func aDurationHasAUnit(text: String, milliseconds: Int64?) {
        #expect(Quantities.duration(text) == milliseconds.map { .milliseconds($0) })
    }

    @Test func aSizeHasABinaryUnit() {
        #expect(
            Quantities.size("64KiB") == 65_536 && Quantities.size("10MiB") == 10 << 20 && Quantities.size("7B") == 7)
        #expect(
            Quantities.size("10MB") == nil && Quantities.size("10") == nil && Quantities.size("999999999999GiB") == nil)
    }

    @Test func variablesComeFromTheEnvironmentADefaultOrAFile() throws {
        let folder = try ConfigurationFolder(["key": "from file\n"])
        let expander = VariableExpander(environment: ["A": "x", "EMPTY": ""], folder: folder.path)
        #expect(
            try expander.expand("a ${A} ${B:-y} ${EMPTY:-z} ${file:key} $ $${A}").value == "a x y z from file $ ${A}")
        #expect(try expander.expand("${B:-}").value == "")
        for text in ["${B}", "${EMPTY}", "${A", "${}", "${A b}", "${1}", "${file:nowhere}"] {
            #expect(throws: VariableExpander.Failure.self) { try expander.expand(text) }
        }
    }

    @Test func whatAVariableBringsInIsNotExpandedAgain() throws {
        let expander = VariableExpander(environment: ["A": "${A}"], folder: ".")
        #expect(try expander.expand("${A}").value == "${A}")
    }

    @Test(arguments: [
        ("support-*", "support-reply", true), ("support-*", "support-", true), ("support-*", "support", false),
        ("*", "", true), ("*-reply", "support-reply", true), ("a*b*c", "a-b-b-c", true), ("a*b*c", "a-c-b", false),
        ("a*a", "a", false), ("exact", "exact", true), ("exact", "exactly", false), ("**", "x", true),
    ])
    func aPatternsStarStandsForAnyText(pattern: String, name: String, matches: Bool) {
        #expect(NamePattern(pattern).matches(name) == matches)
    }

    @Test func aMissingCredentialIsAWarningAndLeavesTheOthersAlone() throws {
        let folder = try ConfigurationFolder([
            "gateway.yaml": """
            providers:
              a: {kind: openai, base_url: "https://a.example", api_key: "${KEY_A}"}
              b: {kind: openai, base_url: "https://b.example", api_key: "${KEY_B}", headers: {X-Org: one}}
            """
        ])
        let load = folder.load(["KEY_B": "sk-b"])
        #expect(load.diagnostics.allSatisfy { $0.severity == .warning })
        let providers = load.configuration?.providers
        #expect(providers?["a"]?.credential == .missing("environment variable KEY_A is not set"))
        #expect(providers?["b"]?.credential == .bearer(SecretText("sk-b")))
        #expect(providers?["b"]?.headers == [.init(name: "x-org", value: SecretText("one"))])
    }

    @Test func aBaseURLIsWrittenInOneForm() throws {
        #expect(try BaseURL("HTTPS://API.openai.com/v1/").description == "https://api.openai.com/v1")
        #expect(try BaseURL("http://[::1]:8000").description == "http://[::1]:8000")
    }

    @Test func theDigestFollowsTheBytesOfEveryFileAndNothingElse() throws {
        let files = [
            "gateway.yaml": "metrics: metrics.yaml\nlog: {level: \"${LEVEL:-info}\"}",
            "metrics.yaml": "a: {type: boolean}",
        ]
        let (one, two) = (try ConfigurationFolder(files), try ConfigurationFolder(files))
        let digest = one.load().configuration?.digest
        #expect(digest?.count == 64 && digest == two.load(["LEVEL": "error"]).configuration?.digest)
        try two.write("a: {type: boolean} ", to: "metrics.yaml")
        #expect(digest != two.load().configuration?.digest)
    }

    @Test func promptsAreCheckedOnceTheirNamesAreKnown() throws {
        let folder = try ConfigurationFolder([
            "gateway.yaml":
                "prompts: {path: .}\nexperiments: e\napplications: {bot: {prompts: [\"support-*\", \"hello\"]}}",
            "e/a.yaml":
                "id: e\nprompt: support-reply\nvariants: [{name: a, weight: 1}, {name: b, weight: 1, prompt: suport.warm@3.2.0}]",
        ])
        let configuration = try #require(folder.load().configuration)
        let findings = configuration.promptFindings(among: ["support-reply", "billing/dunning"])
        #expect(findings.map(\.severity) == [.warning, .error])
        #expect(findings[0].message == "applications.bot.prompts: 'hello' matches no prompt" && findings[0].line == 3)
        #expect(findings[1].message.contains("no prompt is named 'suport.warm@3.2.0'"))
    }
}

import Admin
import Gateway
import Glibc
import HTTPTypes
import Inference
import JSON
import Prompts
import Testing

@Suite struct PromptOverrideTests {
    private static let files = [
        "prompts/greet.prompt": "---\nversion: 1.0.0\n---\nhello\n", "prompts/labels/canary.yaml": "{}\n",
    ]

    /// A fixture that serves a prompt and has the label `canary`, which names no version of it.
    private func withPrompts(_ body: (Fixture) async throws -> Void) async throws {
        let fixture = try Fixture()
        let settings = Fixture.configuration(admin: "{listen: 127.0.0.1:0}") + "prompts: {path: prompts}\n"
        mkdir("\(fixture.folder)/prompts", 0o700)
        mkdir("\(fixture.folder)/prompts/labels", 0o700)
        for (name, text) in Self.files { Fixture.write("\(fixture.folder)/\(name)", text) }
        Fixture.write("\(fixture.folder)/gateway.yaml", settings)
        var failure: (any Error)?
        do { try await body(fixture) } catch { failure = error }
        for name in Self.files.keys { unlink("\(fixture.folder)/\(name)") }
        rmdir("\(fixture.folder)/prompts/labels")
        rmdir("\(fixture.folder)/prompts")
        await fixture.close()
        if let failure { throw failure }
    }

    private func turn(_ fixture: Fixture, _ label: String) async throws -> Fixture.Answer {
        let order = #"{"name": "greet", "label": "\#(label)", "version": "1.0.0", "reason": "test"}"#
        return try await fixture.ask(.post, "/admin/v1/prompts/overrides", order)
    }

    @Test func onlyALabelThatIsThereCanBeTurned() async throws {
        try await withPrompts { fixture in
            let reload = try await fixture.ask(.post, "/admin/v1/reload")
            #expect(reload.status == 200, "\(reload.text)")
            let refused = try await turn(fixture, "canray")
            #expect(refused.status == 422 && refused.text.contains("canary"))
            #expect(fixture.gateway.generations.current.prompts.overrides == [])
            #expect(try await turn(fixture, "canary").status == 201)
            let prompts = fixture.gateway.generations.current.prompts
            #expect(try prompts.resolve("greet@canary").reference.version == "1.0.0")
            _ = try await fixture.ask(.post, "/admin/v1/reload")
            #expect(fixture.gateway.generations.current.prompts.overrides.map(\.label) == ["canary"])
        }
    }

    @Test func aLedgerThatCannotBeReadIsNoEmptyOne() async throws {
        try await withPrompts { fixture in
            let path = "\(fixture.folder)/gateway.yaml"
            let damaged = "\(fixture.folder)/damaged.db"
            let settings = Fixture.configuration(admin: "{listen: 127.0.0.1:0}")
                .split(separator: "\n").map { $0.hasPrefix("ledger:") ? "ledger: {path: damaged.db}" : String($0) }
            Fixture.write(path, (settings + ["prompts: {path: prompts}", ""]).joined(separator: "\n"))
            let builder = GenerationBuilder(path: path, environment: [:], factories: [:])
            #expect(builder.build().generation != nil)  // there is none yet
            Fixture.write(damaged, String(repeating: "no ledger ", count: 1000))
            defer { unlink(damaged) }
            let built = builder.build()
            #expect(built.generation == nil)
            #expect(built.diagnostics.contains { $0.severity == .error && $0.message.contains(damaged) })
        }
    }
}

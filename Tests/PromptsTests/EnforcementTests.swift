import Inference
import JSON
import Prompts
import Testing

/// What a prompt promises of answers, of pictures' hosts, and of values that nobody should see.
@Suite struct EnforcementTests {
    private static let matter = "output:\n  schema:\n    kind(enum): [a, b]\n    note?: string\n"

    private func enforcing(_ more: String = "llmgw.enforce_output: true\n") throws -> ResolvedPrompt {
        try library(["p.prompt": "---\n\(Self.matter)\(more)---\nx"]).resolve("p@worktree")
    }

    @Test(arguments: [#"{"kind":"a"}"#, #" {"kind":"b","note":null} "#, #"{"note":"n","kind":"b"}"#])
    func anAnswerThatFitsPasses(answer: String) throws {
        #expect(try enforcing().refusal(ofAnswer: answer) == nil)
    }

    @Test(arguments: [
        ("", "is not JSON"), ("SECRET", "is not JSON"), (#"{"kind":"SECRET"}"#, "'kind' must be one of"),
        ("{}", "'kind' is missing"), (#"{"kind":"a","more":"SECRET"}"#, "'more' is not declared"),
        (#"["SECRET"]"#, "must be object"), (#"{"kind":"a","kind":"b"}"#, "is not JSON"),
    ])
    func anAnswerThatDoesNotFitIsNamedAndNotShown(answer: String, reason: String) throws {
        let error = try #require(try enforcing().refusal(ofAnswer: answer))
        #expect(error.status == 502 && error.code == "prompt_output_invalid" && error.shouldRetry == false)
        #expect(error.message.contains(reason) && !error.message.contains("SECRET"), "\(error.message)")
    }

    @Test func nothingIsEnforcedUnlessAsked() throws {
        for prompt in [try enforcing(""), try enforcing("llmgw.enforce_output: false\n")] {
            #expect(!prompt.enforcesOutput && prompt.refusal(ofAnswer: "text") == nil)
        }
    }

    @Test func enforcementNeedsASchemaThatCanBeChecked() {
        let bare = faults(["p.prompt": "---\nllmgw.enforce_output: true\n---\nx"])
        #expect(bare.first?.hasPrefix("prompts/p.prompt:2:1: error E110 llmgw.enforce_output needs") == true, "\(bare)")
        let schema = "output:\n  schema: {type: string, pattern: a+}\nllmgw.enforce_output: true\n"
        #expect(faults(["p.prompt": "---\n\(schema)---\nx"]).contains { $0.contains("E113") })
        #expect(faults(["p.prompt": "---\nllmgw.enforce_output: 1\n---\nx"]).contains { $0.contains("true or false") })
    }

    @Test(arguments: [
        ("https://img.example.com/a", true), ("https://a.cdn.example.org:443/a", true),
        ("data:image/png;base64,AA", true),
        ("https://IMG.Example.com/a", true), ("https://cdn.example.org/a", false), ("https://example.com/a", false),
        ("https://img.example.com.evil.net/a", false), ("https://evilimg.example.com/a", false),
    ])
    func picturesComeFromListedHostsAlone(url: String, allowed: Bool) throws {
        let text = file("{{media url=u}}", variables: "u: string", matter: "llmgw.media: [u]\n")
        let prompt = try library(["p.prompt": text]).resolve("p@worktree")
        let hosts = ["img.example.com", "*.cdn.example.org"]
        let variables = JSONValue.object([JSONMember("u", .string(url))])
        let error = refusal { _ = try prompt.render(variables: variables, mediaHosts: hosts) }
        #expect((error == nil) == allowed && error?.message.contains(url) != true)
    }

    @Test func sensitiveValuesAreMaskedOnRequest() throws {
        let text = file(
            "{{name}} {{plain}} {{json more}}", variables: "name: string\n    plain: string\n    more: any",
            matter: "llmgw.sensitive: [name, more]\n")
        let prompt = try library(["p.prompt": text]).resolve("p@worktree")
        let variables = try json(#"{"name":"Ann","plain":"p","more":{"a":["x",1,true,null]}}"#)
        let shown = try messages(prompt.render(variables: variables, masksSensitive: true))
        #expect(shown == [#"user: *** p {"a":["***","***",true,null]}"#])
        #expect(try messages(prompt.render(variables: variables)).first?.contains("Ann") == true)
    }
}

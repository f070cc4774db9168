import Inference
import JSON
import Prompts
import Testing

/// Prompts in the form of the Responses API.
@Suite struct ResponsesFormTests {
    private func prompt(_ matter: String, _ body: String) throws -> ResolvedPrompt {
        try library(["p.prompt": file(body, variables: "(*): any", matter: matter)]).resolve("p@worktree")
    }

    private func parameters(_ matter: String, besides names: [String] = []) throws -> String {
        let rendered = try prompt(matter, "x").render(variables: nil, form: .responses)
        return String(decoding: JSONValue.object(try rendered.parameters(besides: names)).serialized(), as: UTF8.self)
    }

    private func input(_ text: String) throws -> PromptHistory {
        let document = try JSONDocument(Array(text.utf8))
        return try PromptHistory(input: document.root, of: document)
    }

    @Test func messagesAreItems() throws {
        let body = "{{role \"system\"}}A{{role \"model\"}}B{{role \"user\"}}C"
        let rendered = try prompt("", body).render(variables: nil, form: .responses)
        #expect(
            try json(String(decoding: rendered.messages, as: UTF8.self))
                == json(
                    #"[{"role":"system","content":"A"},{"role":"assistant","content":"B"},{"role":"user","content":"C"}]"#
                ))
    }

    @Test func partsHaveTheNamesOfTheirRole() throws {
        let body =
            "{{role \"user\"}}A{{media url=\"https://example.org/a.png\"}}"
            + "{{media url=\"https://example.org/a.pdf\" contentType=\"application/pdf\"}}"
        let rendered = try prompt("", body).render(variables: nil, form: .responses)
        #expect(
            try json(String(decoding: rendered.messages, as: UTF8.self))
                == json(
                    #"[{"role":"user","content":[{"type":"input_text","text":"A"},"#
                        + #"{"type":"input_image","image_url":"https://example.org/a.png"},"#
                        + #"{"type":"input_file","file_url":"https://example.org/a.pdf"}]}]"#))
    }

    @Test func historyKeepsItsBytes() throws {
        let items =
            #"[{"type":"reasoning","id":"r"},{"type":"function_call","x": 1.0},{"role":"user","content":"{{x}}"}]"#
        let rendered = try prompt("", "{{role \"system\"}}A{{history}}").render(
            variables: nil, history: input(items), form: .responses)
        let text = String(decoding: rendered.messages, as: UTF8.self)
        #expect(text == #"[{"role":"system","content":"A"},"# + items.dropFirst())
    }

    @Test(arguments: [
        ("  maxOutputTokens: 7\n  temperature: 0.5", #"{"max_output_tokens":7,"temperature":0.5}"#),
        ("  reasoningEffort: low\n  candidateCount: 1", #"{"reasoning":{"effort":"low"}}"#),
        ("  verbosity: low", #"{"text":{"verbosity":"low"}}"#),
        ("  logprobs: true\n  topLogprobs: 2", #"{"include":["message.output_text.logprobs"],"top_logprobs":2}"#),
        ("  logprobs: false", "{}"),
        (
            "  toolChoice: {type: function, function: {name: f}}",
            #"{"tool_choice":{"type":"function","name":"f"}}"#
        ),
    ])
    func parametersHaveTheApisNames(config: String, expected: String) throws {
        #expect(try parameters("config:\n\(config)\n") == expected)
    }

    @Test func whatTheClientIncludesIsIncludedToo() throws {
        let rendered = try prompt("config:\n  logprobs: true\n", "x").render(variables: nil, form: .responses)
        let sent = try json(#"["reasoning.encrypted_content"]"#)
        let joined = try rendered.parameters(besides: ["include"]) { _ in sent }
        #expect(
            try JSONValue.object(joined)
                == json(#"{"include":["reasoning.encrypted_content","message.output_text.logprobs"]}"#))
    }

    @Test func aRoleDoesNotMakeAMessageOfACallsOutput() throws {
        let item = #"[{"role":"user","type":"function_call_output","call_id":"c","output":"x"}]"#
        let matter = "llmgw.history_roles: [user]\n"
        let error = refusal {
            _ = try prompt(matter, "x").render(variables: nil, history: input(item), form: .responses)
        }
        #expect(error?.code == "prompt_history_role" && error?.param == "input[0].role")
    }

    @Test func theFormatOfTheOutputStandsBesideTheVerbosity() throws {
        let text = try parameters("config:\n  verbosity: low\noutput:\n  schema:\n    a: string\n")
        #expect(text.hasPrefix(#"{"text":{"verbosity":"low","format":{"type":"json_schema","name":"p","#))
        #expect(try parameters("output:\n  format: json\n") == #"{"text":{"format":{"type":"json_object"}}}"#)
    }

    @Test(arguments: [
        "stopSequences: [x]", "seed: 7", "candidateCount: 2", "frequencyPenalty: 1", "presencePenalty: 1",
    ])
    func whatTheApiDoesNotHaveIsSaid(entry: String) {
        let name = String(entry.prefix { $0 != ":" })
        let error = refusal { _ = try parameters("config:\n  \(entry)\n") }
        #expect(error?.code == "unsupported_parameter")
        #expect(error?.message.contains("/v1/chat/completions") == true, "\(name)")
    }

    @Test func aLockedMemberLocksTheObjectThatItStandsIn() throws {
        let matter = "config:\n  verbosity: low\n  temperature: 0.5\nllmgw.overridable: [temperature]\n"
        #expect(try parameters(matter, besides: ["temperature", "metadata"]) == #"{"text":{"verbosity":"low"}}"#)
        #expect(try parameters(matter, besides: ["text"]) == #"{"text":{"verbosity":"low"},"temperature":0.5}"#)
        let rendered = try prompt(matter, "x").render(variables: nil, form: .responses)
        let sent = try json(#"{"verbosity":"high"}"#)
        let locked = refusal { _ = try rendered.parameters(besides: ["text"]) { _ in sent } }
        #expect(locked?.code == "prompt_param_locked" && locked?.param == "text.verbosity")
        let other = try json(#"{"format":{"type":"text"}}"#)
        let joined = try rendered.parameters(besides: ["text", "temperature"]) { _ in other }
        #expect(try JSONValue.object(joined) == json(#"{"text":{"format":{"type":"text"},"verbosity":"low"}}"#))
    }

    @Test func aToolIsStrictOnlyWhenItSaysSo() throws {
        func tool(_ name: String, _ more: String) -> String {
            #"{"type":"function","function":{"name":"\#(name)"\#(more),"parameters":{"type":"object"}}}"#
        }
        let files = [
            "p.prompt": file("x", matter: "tools: [f, g]\n"), "tools/f.json": tool("f", ""),
            "tools/g.json": tool("g", #","strict":true"#),
        ]
        let rendered = try library(files).resolve("p@worktree").render(variables: nil, form: .responses)
        let tools = try #require(rendered.parameters.first { $0.name == "tools" }?.value.arrayValue)
        #expect(tools.map { $0["strict"] } == [.bool(false), .bool(true)])
        #expect(tools.allSatisfy { $0["name"] != nil && $0["function"] == nil })
    }
}

/// OpenAI's parts of content as values of variables, on every endpoint.
@Suite struct VariablePartTests {
    private func render(_ value: String, declared: String = "v: string") throws -> [String] {
        let texts = [
            "p.prompt": file("{{media url=v}}", variables: declared, matter: "llmgw.media: [v]\n"),
            "q.prompt": file("[{{v}}]", variables: declared), "o.prompt": file("{{json v}}", variables: "v: any"),
        ]
        let name = declared == "v: any" ? "o" : value.contains("input_text") ? "q" : "p"
        return try messages(library(texts).resolve("\(name)@worktree").render(variables: json(#"{"v":\#(value)}"#)))
    }

    @Test func aTextIsItsText() throws {
        #expect(try render(#"{"type":"input_text","text":"{{x}}"}"#) == ["user: [{{x}}]"])
    }

    @Test(arguments: [
        (#"{"type":"input_image","image_url":"https://example.org/a.png","detail":"auto"}"#, "image_url"),
        (#"{"type":"input_file","file_data":"data:application/pdf;base64,AA","filename":"a.pdf"}"#, "file_data"),
    ])
    func aPictureOrDocumentIsItsAddress(part: String, member: String) throws {
        #expect(try render(part)[0].contains(#""\#(member)":"#))
    }

    @Test func anObjectStaysOneWhereOneIsDeclared() throws {
        let part = #"{"type":"input_text","text":"a"}"#
        #expect(try render(part, declared: "v: any") == ["user: \(part)"])
    }
}

import Inference
import JSON
import Providers
import Testing

@Suite struct OpenAIRequestTests {
    private func read(
        _ body: String, _ endpoint: OpenAIRequest.Endpoint = .chatCompletions
    ) throws -> OpenAIRequest {
        try OpenAIRequest(JSONDocument(Array(body.utf8)), endpoint: endpoint)
    }

    private func refusal(_ body: String, _ endpoint: OpenAIRequest.Endpoint = .chatCompletions) throws -> GatewayError {
        try #require(throws: GatewayError.self) { try read(body, endpoint) }
    }

    @Test func readsWhatTheGatewayMustKnow() throws {
        let request = try read(
            """
            {"model":"chat","stream":true,"stream_options":{"include_usage":true},"max_completion_tokens":99,"n":3,
             "user":"u","messages":[{"role":"system","content":"a"},{"role":"user","content":"b"}],"unknown":{"x":1}}
            """)
        #expect(request.model == "chat")
        #expect(request.isStream && request.includesUsage)
        #expect(request.outputLimit == 99)
        #expect(request.limitMembers == [.maxCompletionTokens])
        #expect(request.choices == 3)
        #expect(request.user == "u")
        #expect(request.messageCount == 2)
        #expect(request.prompt == nil)
    }

    @Test func nullIsAbsent() throws {
        let request = try read(
            #"{"model":"m","messages":[{}],"stream":null,"max_tokens":null,"n":null,"user":null,"stream_options":null}"#
        )
        #expect(!request.isStream)
        #expect(request.outputLimit == nil)
        #expect(request.choices == 1)
    }

    @Test(arguments: [
        (#"{"messages":[{}]}"#, "model"),
        (#"{"model":7,"messages":[{}]}"#, "model"),
        (#"{"model":"","messages":[{}]}"#, "model"),
        (#"{"model":"m"}"#, "messages"),
        (#"{"model":"m","messages":[]}"#, "messages"),
        (#"{"model":"m","messages":{}}"#, "messages"),
        (#"{"model":"m","messages":[{},"x"]}"#, "messages[1]"),
        (#"{"model":"m","messages":[{}],"stream":"yes"}"#, "stream"),
        (#"{"model":"m","messages":[{}],"stream_options":[]}"#, "stream_options"),
        (#"{"model":"m","messages":[{}],"stream_options":{"include_usage":1}}"#, "stream_options.include_usage"),
        (#"{"model":"m","messages":[{}],"max_tokens":9223372036854775807}"#, "max_tokens"),
        (#"{"model":"m","messages":[{}],"max_tokens":99999999999999999999}"#, "max_tokens"),
        (#"{"model":"m","messages":[{}],"max_tokens":-2}"#, "max_tokens"),
        (#"{"model":"m","messages":[{}],"max_completion_tokens":1.5}"#, "max_completion_tokens"),
        (#"{"model":"m","messages":[{}],"n":0}"#, "n"),
        (#"{"model":"m","messages":[{}],"n":1000000}"#, "n"),
        (#"{"model":"m","messages":[{}],"user":[]}"#, "user"),
        (#"{"model":"m","messages":[{}],"prompt":"text"}"#, "prompt"),
        (#"{"model":"m","messages":[{}],"prompt":{"id":1}}"#, "prompt.id"),
        (#"{"model":"m","messages":[{}],"prompt":{"variables":[]}}"#, "prompt.variables"),
    ])
    func namesTheMemberThatIsWrong(body: String, param: String) throws {
        let error = try refusal(body)
        #expect(error.status == 400)
        #expect(error.code == "invalid_value")
        #expect(error.param == param)
    }

    @Test func aBodyThatIsNoObjectIsRefused() throws {
        #expect(try refusal("[]").code == "invalid_value")
        #expect(try refusal("null", .embeddings).status == 400)
    }

    @Test func anOldNameOfThePromptsIdIsExplained() throws {
        for body in [#"{"model":"m","prompt":{"prompt_id":"x"}}"#, #"{"model":"m","prompt_id":"x"}"#] {
            #expect(try refusal(body).message.contains("name the prompt in prompt.id"))
        }
    }

    @Test func aCallOfAPromptNeedsNoMessages() throws {
        let named = try read(#"{"model":"prompt:reply@production","messages":[],"prompt":{"variables":{"a":1}}}"#)
        let variables = try #require(named.prompt?.variables)
        #expect(named.document.value(variables) == .object([JSONMember("a", .number("1"))]))
        let byID = try read(#"{"prompt":{"id":"reply","version":"3.1.0"}}"#)
        #expect(byID.model == "prompt:reply@3.1.0")
        #expect(byID.conversation == nil)
        #expect(try read(#"{"model":"chat","prompt":{"id":"reply"},"messages":[]}"#).model == "chat")
        #expect(try read(#"{"model":"prompt:a@b","prompt":{"id":"a","version":"b"}}"#).model == "prompt:a@b")
        #expect(try refusal(#"{"model":"prompt:a","prompt":{"id":"b"}}"#).param == "prompt.id")
    }

    @Test func renderingReplacesMessagesAndParametersAndKeepsTheRest() throws {
        let request = try read(
            #"{"model":"prompt:p","messages":[],"x":[1.0, 2],"temperature":2,"prompt":{"id":"p"},"stream":true}"#)
        let rendered = try request.rendered(
            messages: Array(#"[{"role":"user","content":"hello"}]"#.utf8),
            parameters: [JSONMember("temperature", .number("0.2"))])
        #expect(
            String(decoding: rendered.document.bytes, as: UTF8.self)
                == #"{"model":"prompt:p","x":[1.0, 2],"stream":true,"messages":[{"role":"user","content":"hello"}],"temperature":0.2}"#
        )
        #expect(rendered.messageCount == 1)
        #expect(rendered.prompt == nil)
    }

    @Test(arguments: [
        (#"{"model":"m","prompt":"a","n":2,"best_of":4}"#, 4),
        (#"{"model":"m","prompt":["a","b"],"n":2}"#, 4),
        (#"{"model":"m","prompt":[1,2,3]}"#, 1),
        (#"{"model":"m","prompt":[[1],[2,3],[4]]}"#, 3),
        (#"{"model":"m"}"#, 1),
    ])
    func completionsBillEveryAnswerToEveryPrompt(body: String, choices: Int64) throws {
        #expect(try read(body, .completions).choices == choices)
    }
}

@Suite struct ResponsesRequestTests {
    private func read(_ body: String) throws -> OpenAIRequest {
        try OpenAIRequest(JSONDocument(Array(body.utf8)), endpoint: .responses)
    }

    @Test func readsWhatTheGatewayMustKnow() throws {
        let request = try read(
            #"{"model":"m","input":[{"role":"user","content":"a"},{"role":"user"}],"max_output_tokens":99,"stream":true,"n":"none","#
                + #""safety_identifier":"u","service_tier":"flex","text":{"format":{"type":"json_object"}}}"#)
        #expect(request.isStream && request.isStructured)
        #expect((request.outputLimit, request.choices, request.messageCount) == (99, 1, 4))
        #expect(request.limitMembers == [.maxOutputTokens])
        #expect([request.user, request.serviceTier] == ["u", "flex"])
        #expect(try !read(#"{"model":"m","input":"x","text":{"format":{"type":"text"}}}"#).isStructured)
    }

    @Test func aCallOfAPromptNeedsNoInput() throws {
        let request = try read(#"{"prompt":{"id":"reply","version":"3.1.0"},"model":null}"#)
        #expect(request.model == "prompt:reply@3.1.0" && request.conversation == nil)
        let rendered = try request.rendered(messages: Array(#"[{"role":"user","content":"x"}]"#.utf8))
        #expect(rendered.model == "prompt:reply@3.1.0" && rendered.prompt == nil)
        let sent = OpenAIAdapter().encode(rendered, model: "vendor", limit: 7).body
        #expect(
            String(decoding: sent, as: UTF8.self)
                == #"{"model":"vendor","input":[{"role":"user","content":"x"}],"max_output_tokens":7}"#)
    }

    @Test(arguments: [
        OpenAIQuirks(), OpenAIQuirks(limitMember: .maxTokens, renamesLimit: true, streamOptions: false),
        OpenAIQuirks(limitMember: .maxCompletionTokens),
    ])
    func onlyTheModelChanges(quirks: OpenAIQuirks) throws {
        let body = #"{"model":"m","input":"x","stream":true,"max_output_tokens":5,"unknown":[1.50]}"#
        let encoded = try OpenAIAdapter(quirks).encode(read(body), model: "v")
        #expect(String(decoding: encoded.body, as: UTF8.self) == body.replacing(#""m","#, with: #""v","#))
        #expect(encoded.path == "/responses")
    }

    @Test func theBoundOfTheInputIsTheWholeBody() throws {
        let body = #"{"model":"m","input":"hello","instructions":"obey"}"#
        #expect(try read(body).inputBound == .tokens(Int64(body.utf8.count) + 2 * 8 + 64))
        let items =
            #"{"model":"m","input":[{"type":"reasoning","summary":[],"encrypted_content":"b3BhcXVl"},"#
            + #"{"type":"function_call_output","call_id":"c","output":[{"type":"input_text","text":"x"}]},"#
            + #"{"role":"assistant","content":[{"type":"output_text","text":"x"},{"type":"refusal","refusal":"x"}]}]}"#
        #expect(try read(items).inputBound == .tokens(Int64(items.utf8.count) + 5 * 8 + 64))
    }

    @Test func anImageInTheBodyCountsAsAnImageAndNotAsItsBytes() throws {
        let data = String(repeating: "A", count: 1_000_000)
        let part = #"{"type":"input_image","image_url":"data:image/png;base64,\#(data)"}"#
        for item in [#"{"role":"user","content":[\#(part)]}"#, #"{"type":"function_call_output","output":[\#(part)]}"#]
        {
            guard case .tokens(let tokens) = try read(#"{"model":"m","input":[\#(item)]}"#).inputBound else {
                return #expect(Bool(false))
            }
            #expect((InputBound.perInlineImage..<InputBound.perInlineImage + 200).contains(tokens))
        }
    }

    @Test(arguments: [
        #"{"type":"input_image","image_url":"https://example.org/a.png"}"#, #"{"type":"input_image","file_id":"f"}"#,
        #"{"type":"input_file","file_data":"data:application/pdf;base64,AAAA"}"#, #"{"type":"something_new"}"#,
        #"{"type":"reasoning","id":"rs_1","summary":[]}"#,
        #"{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":null}"#,
        #"{"type":"image_generation_call","id":"ig_1"}"#,
    ])
    func whatCannotBeCountedIsTheContextWindow(part: String) throws {
        #expect(try read(#"{"model":"m","input":[{"role":"user","content":[\#(part)]}]}"#).inputBound == .contextWindow)
        let output = #"{"type":"function_call_output","call_id":"c","output":[\#(part)]}"#
        #expect(try read(#"{"model":"m","input":[\#(output)]}"#).inputBound == .contextWindow)
        #expect(try read(#"{"model":"m","input":[\#(part)]}"#).inputBound == .contextWindow)
    }
}

@Suite struct InputBoundTests {
    private func bound(_ body: String) throws -> InputBound {
        try OpenAIRequest(JSONDocument(Array(body.utf8)), endpoint: .chatCompletions).inputBound
    }

    @Test func whatTheVendorFindsIsNotInTheBody() throws {
        func bound(with member: String) throws -> InputBound {
            try self.bound(#"{"model":"m","messages":[{"role":"user","content":"hello"}],\#(member)}"#)
        }
        for member in [#""plugins":[{"id":"web"}]"#, #""search_parameters":{}"#, #""web_search_options":{}"#] {
            #expect(try bound(with: member) == .contextWindow)
        }
        for member in [#""plugins":[]"#, #""search_parameters":{"mode":"off"}"#, #""search_parameters":null"#] {
            #expect(try bound(with: member) != .contextWindow)
        }
    }

    @Test func isTheWholeBodyAndAMarkerForEachMessage() throws {
        let body = #"{"model":"m","messages":[{"role":"user","content":"hello"}]}"#
        #expect(try bound(body) == .tokens(Int64(body.utf8.count) + 8 + 64))
    }

    @Test func countsTheLongerFormOfEscapedAndPlainCharacters() throws {
        let plain = #"{"model":"m","messages":[{"content":"ﷺ"}]}"#
        let escaped = #"{"model":"m","messages":[{"content":"\ufdfa"}]}"#
        #expect(try bound(plain) == .tokens(Int64(plain.utf8.count) + 30 + 72))
        #expect(try bound(escaped) == .tokens(Int64(escaped.utf8.count) + 27 + 72))
    }

    @Test func anImageInTheBodyCountsAsAnImageAndNotAsItsBytes() throws {
        let data = String(repeating: "A", count: 1_000_000)
        let body =
            #"{"model":"m","messages":[{"content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,\#(data)"}}]}]}"#
        guard case .tokens(let tokens) = try bound(body) else { return #expect(Bool(false)) }
        #expect((InputBound.perInlineImage..<InputBound.perInlineImage + 200).contains(tokens))
    }

    @Test(arguments: [
        #","web_search_options":{}"#, #","tools":[{"type":"web_search"}]"#,
        #","messages":[{"role":"assistant","audio":{"id":"a"}}]"#,
    ])
    func whatTheVendorFetchesItselfIsTheContextWindow(rest: String) throws {
        let messages = rest.contains("messages") ? "" : #","messages":[{"content":"a"}]"#
        #expect(try bound(#"{"model":"m"\#(messages)\#(rest)}"#) == .contextWindow)
        let function = #"{"model":"m","messages":[{"audio":null}],"tools":[{"type":"function"},{"type":"custom"}]}"#
        guard case .tokens = try bound(function) else { return #expect(Bool(false)) }
    }

    @Test(arguments: [
        #"{"type":"image_url","image_url":{"url":"https://example.org/a.png"}}"#,
        #"{"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}}"#,
        #"{"type":"file","file":{"file_id":"file-1"}}"#,
        #"{"type":"something_new"}"#,
    ])
    func whatCannotBeCountedIsTheContextWindow(part: String) throws {
        let body = #"{"model":"m","messages":[{"content":[{"type":"text","text":"a"},\#(part)]}]}"#
        #expect(try bound(body) == .contextWindow)
    }
}

import Inference
import JSON
import Testing

@testable import Providers

@Suite struct MemberTests {
    private func read(
        _ members: String, _ endpoint: OpenAIRequest.Endpoint = .chatCompletions
    ) throws -> OpenAIRequest {
        let body: String
        switch endpoint {
        case .chatCompletions where !members.contains(#""messages""#):
            body = #"{"model":"m","messages":[{}],\#(members)}"#
        case .responses where !members.contains(#""input""#): body = #"{"model":"m","input":"a",\#(members)}"#
        default: body = #"{"model":"m",\#(members)}"#
        }
        return try OpenAIRequest(JSONDocument(Array(body.utf8)), endpoint: endpoint)
    }

    private func refusal(
        _ members: String, _ endpoint: OpenAIRequest.Endpoint = .chatCompletions
    ) throws -> GatewayError {
        try #require(throws: GatewayError.self) { try read(members, endpoint) }
    }

    // MARK: Spellings

    @Test(arguments: [
        #""Model":"dear""#, #""MAX_TOKENS":900000"#, "\"max_to\u{212A}ens\":1", #""max_to\u212aens":1"#,
        #""max_to\u212Aens":1"#, "\"max_token\u{17F}\":1", #""model\u0000":"dear""#, #""model\u0000x":"dear""#,
        #""Model\u0000":"dear""#, #""N_Predict":1"#, #""Models":["dear"]"#, #""N":9"#, #""Stream":true"#,
        #""messages":[{"Role":"user"}]"#, #""messages":[{"content":[{"type":"text","Text":"a"}]}]"#,
        #""messages":[{"content":[{"type":"image_url","image_url":{"URL":"http://a"}}]}]"#,
        #""messages":[{"tool_calls":[{"function":{"Name":"f"}}]}]"#, #""tools":[{"Type":"web_search"}]"#,
        #""tools":[{"type":"function","function":{"Parameters":{}}}]"#, #""stream_options":{"Include_Usage":true}"#,
        #""response_format":{"Type":"json_object"}"#, #""prompt":{"ID":"p"}"#,
        #""web_search_options":{"Search_Context_Size":1}"#,
    ])
    func otherSpellingsOfKnownNamesAreRefused(members: String) throws {
        let error = try refusal(members)
        #expect(error.status == 400 && error.code == "invalid_value")
        #expect(error.message.contains("another spelling of"))
    }

    @Test func theOtherSpellingIsNamedWithItsPlace() throws {
        #expect(
            try refusal(#""messages":[{},{"content":[{"type":"text","Text":"a"}]}]"#).param
                == "messages[1].content[0].Text")
        #expect(try refusal(#""Model":"x""#).param == "Model")
    }

    @Test(
        arguments: [
            (#""Max_Output_Tokens":9"#, .responses), (#""input":[{"Role":"user","content":"a"}]"#, .responses),
            (#""input":[{"role":"user","content":[{"Type":"input_text","text":"a"}]}]"#, .responses),
            (#""text":{"Format":{}}"#, .responses), (#""Input":"a","input":"b""#, .embeddings),
            (#""Dimensions":9"#, .embeddings),
            (#""prompt":"a","Prompt":"b""#, .completions), (#""prompt":"a","Best_Of":9"#, .completions),
        ] as [(String, OpenAIRequest.Endpoint)])
    func onEveryEndpoint(members: String, endpoint: OpenAIRequest.Endpoint) throws {
        #expect(try refusal(members, endpoint).message.contains("another spelling of"))
    }

    @Test(arguments: [
        #""metadata":{"Model":"x","model":"y"}"#, #""logit_bias":{"N":1}"#, #""mod\u0065l2":1"#, #""vorläufig":1"#,
        #""tools":[{"type":"function","function":{"name":"f","parameters":{"properties":{"Type":{},"type":{},"Name":{}}}}}]"#,
        #""prompt":{"id":"p","variables":{"ID":1,"Model":2}}"#, #""messages":[{"role":"user","Model":"x"}]"#,
        #""response_format":{"type":"json_schema","json_schema":{"schema":{"Type":"object","Name":1}}}"#, #""":1"#,
        #""\u0000":1"#,
    ])
    func namesThatAreTheClientsOwnPass(members: String) throws {
        _ = try read(members)
    }

    // MARK: Types

    @Test(arguments: [
        (#"{"role":1}"#, "messages[0].role"), (#"{"role":null}"#, "messages[0].role"),
        (#"{"role":["user"]}"#, "messages[0].role"),
        (#"{"content":1}"#, "messages[0].content"), (#"{"content":{}}"#, "messages[0].content"),
        (#"{"content":true}"#, "messages[0].content"), (#"{"content":[1,null]}"#, "messages[0].content[0]"),
        (#"{"content":["a",null]}"#, "messages[0].content[1]"), (#"{"content":[[]]}"#, "messages[0].content[0]"),
        (#"{"content":[{"type":1}]}"#, "messages[0].content[0].type"),
        (#"{"content":[{"type":"text","text":1}]}"#, "messages[0].content[0].text"),
        (#"{"content":[{"type":"image_url","image_url":7}]}"#, "messages[0].content[0].image_url"),
        (#"{"name":1}"#, "messages[0].name"), (#"{"tool_calls":{}}"#, "messages[0].tool_calls"),
        (#"{"tool_calls":[1]}"#, "messages[0].tool_calls[0]"), (#"{"tool_call_id":1}"#, "messages[0].tool_call_id"),
        (#"{"tool_calls":[{"function":"f"}]}"#, "messages[0].tool_calls[0].function"),
    ])
    func messagesOfWrongTypesAreRefused(message: String, param: String) throws {
        let error = try refusal(#""messages":[\#(message)]"#)
        #expect(error.status == 400 && error.code == "invalid_value" && error.param == param)
    }

    @Test(
        arguments: [
            (#""input":[{"role":1,"content":"a"}]"#, .responses, "input[0].role"),
            (#""input":[{"role":"user","content":1}]"#, .responses, "input[0].content"),
            (#""input":[{"role":"user","content":{}}]"#, .responses, "input[0].content"),
            (#""input":[{"role":"user","content":[1]}]"#, .responses, "input[0].content[0]"),
            (#""input":1"#, .embeddings, "input"), (#""input":{}"#, .embeddings, "input"),
            (#""input":[null]"#, .embeddings, "input[0]"),
            (#""input":[1,"a"]"#, .embeddings, "input[1]"), (#""input":[1.5]"#, .embeddings, "input[0]"),
            (#""input":[[1],[true]]"#, .embeddings, "input[1][0]"), (#""input":["a",{}]"#, .embeddings, "input[1]"),
            (#""prompt":true"#, .completions, "prompt"), (#""prompt":["a",1]"#, .completions, "prompt[1]"),
            (#""prompt":[-1]"#, .completions, "prompt[0]"),
        ] as [(String, OpenAIRequest.Endpoint, String)])
    func inputsOfWrongTypesAreRefused(members: String, endpoint: OpenAIRequest.Endpoint, param: String) throws {
        let error = try refusal(members, endpoint)
        #expect(error.status == 400 && error.code == "invalid_value" && error.param == param)
    }

    @Test(
        arguments: [
            (#""input":"a""#, .embeddings), (#""input":["a","b"]"#, .embeddings), (#""input":[1,2]"#, .embeddings),
            (#""input":[[1,2],[3]]"#, .embeddings), (#""prompt":"a""#, .completions), (#""prompt":[]"#, .completions),
            (
                #""messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]}]"#,
                .chatCompletions
            ),
        ] as [(String, OpenAIRequest.Endpoint)])
    func ordinaryInputsPass(members: String, endpoint: OpenAIRequest.Endpoint) throws {
        _ = try read(members, endpoint)
    }

    // MARK: Limits

    @Test func minusOneIsNoLimit() throws {
        let request = try read(#""max_tokens":-1"#)
        #expect(request.outputLimit == nil && request.limitMembers == [.maxTokens])
        // Which of the two a vendor obeys is not known.
        #expect(try read(#""max_tokens":-1,"max_completion_tokens":5"#).outputLimit == nil)
        #expect(try read(#""max_output_tokens":-1"#, .responses).outputLimit == nil)
        let sent = OpenAIAdapter(Vendor.ollama.quirks).encode(request, model: "v", limit: 7).body
        #expect(String(decoding: sent, as: UTF8.self) == #"{"model":"v","messages":[{}],"max_tokens":7}"#)
    }

    @Test func zeroIsForEchoesAlone() throws {
        #expect(try refusal(#""max_tokens":0"#).param == "max_tokens")
        #expect(try refusal(#""max_completion_tokens":0"#).param == "max_completion_tokens")
        #expect(try refusal(#""max_output_tokens":0"#, .responses).param == "max_output_tokens")
        #expect(try refusal(#""prompt":"a","max_tokens":0"#, .completions).param == "max_tokens")
        #expect(try read(#""prompt":"a","max_tokens":0,"echo":true"#, .completions).outputLimit == 0)
    }

    // MARK: What vendors obey

    private func judge(
        _ members: String, _ vendor: Vendor = .compatible, _ endpoint: OpenAIRequest.Endpoint = .chatCompletions,
        isBounded: Bool = true, allowed: Set<String> = [], unknown: MemberPolicy.Unknown? = nil
    ) throws -> GatewayError? {
        let call = MemberPolicy.Call(isBounded: isBounded, model: "cheap", limit: 100, place: "providers.up")
        return MemberPolicy(vendor, allowed: allowed, unknown: unknown)
            .refusal(of: try read(members, endpoint), call) { ["cheap", "allowed"].contains($0) }
    }

    @Test(arguments: [
        "n_predict", "num_predict", "max_new_tokens", "data_sources", "extra_body", "chat_template", "documents",
        "options",
        "nvext", "thinking_budget", "search_settings", "cached_content", "parameters", "never_heard_of",
    ])
    func underAHardBudgetTheyAreRefused(name: String) throws {
        let error = try #require(try judge(#""\#(name)":50000"#))
        #expect(error.status == 400 && error.code == "unsupported_parameter" && error.param == name)
        #expect(try judge(#""\#(name)":50000"#, isBounded: false) == nil)
        #expect(try judge(#""\#(name)":50000"#, allowed: [name]) == nil)
        #expect(try judge(#""\#(name)":null"#) == nil)
    }

    @Test func unknownOnesPassWhereTheConfigurationSaysSo() throws {
        #expect(try judge(#""never_heard_of":1"#, unknown: .pass) == nil)
        #expect(try judge(#""n_predict":1"#, unknown: .pass) != nil)
    }

    @Test(arguments: [
        #""models":["dear"]"#, #""models":["cheap","dear"]"#, #""preset":"x""#, #""provider":{"order":["a"]}"#,
        #""route":"fallback""#, #""plugins":[{"id":"auto-router"}]"#, #""fallbacks":["dear"]"#, #""adapter_id":"a""#,
    ])
    func whatChoosesAModelIsCheckedAlways(members: String) throws {
        for isBounded in [true, false] {
            let error = try #require(try judge(members, .openrouter, isBounded: isBounded))
            #expect(error.status == 403 && error.code == "model_not_allowed")
        }
    }

    @Test func modelsThatTheApplicationMayUsePass() throws {
        #expect(try judge(#""models":["cheap","allowed"]"#, .openrouter, isBounded: false) == nil)
        #expect(try judge(#""models":["cheap"]"#, .openrouter) == nil)
        #expect(try judge(#""models":["allowed"]"#, .openrouter)?.code == "unsupported_parameter")
        #expect(try judge(#""plugins":[{"id":"web"}]"#, .openrouter) == nil)
    }

    @Test(arguments: [
        (#""min_tokens":100"#, true), (#""min_tokens":101"#, false), (#""best_of":1"#, true), (#""best_of":2"#, false),
        (#""n":4,"best_of":4"#, true), (#""use_beam_search":false"#, true), (#""use_beam_search":true"#, false),
        (#""enable_search":true"#, false), (#""chat_template_kwargs":{"enable_thinking":false}"#, true),
        (#""chat_template_kwargs":{"chat_template":"x"}"#, false), (#""chat_template_kwargs":{"a":[1]}"#, false),
        (
            #""top_k":5,"min_p":0.1,"repetition_penalty":1.1,"ignore_eos":true,"mirostat":2,"think":false,"keep_alive":1"#,
            true
        ),
    ])
    func someAreBounded(members: String, passes: Bool) throws {
        #expect((try judge(members) == nil) == passes)
    }

    /// What the official package can send passes everywhere, under a hard budget too.
    @Test(arguments: Vendor.allCases)
    func theOrdinaryParametersPass(vendor: Vendor) throws {
        let shared =
            #""temperature":1,"top_p":1,"user":"u","safety_identifier":"s","metadata":{"a":"b"},"store":false,"stream":true,"service_tier":"auto","tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{},"strict":true}}],"tool_choice":"auto","parallel_tool_calls":true,"top_logprobs":1,"prompt_cache_key":"k","prompt_cache_retention":"24h","prompt_cache_options":{}"#
        let chat =
            shared
            + #","frequency_penalty":0,"presence_penalty":0,"function_call":"auto","functions":[],"logit_bias":{"1":2},"logprobs":true,"max_completion_tokens":5,"max_tokens":5,"modalities":["text"],"audio":{"voice":"a","format":"mp3"},"n":1,"prediction":{"type":"content","content":"a"},"reasoning_effort":"low","response_format":{"type":"text"},"seed":1,"stop":["a"],"stream_options":{"include_usage":true,"include_obfuscation":false},"verbosity":"low","web_search_options":{"search_context_size":"low"},"moderation":{}"#
        let completions =
            #""prompt":"a","best_of":1,"echo":false,"suffix":"s","frequency_penalty":0,"presence_penalty":0,"logit_bias":{},"logprobs":1,"max_tokens":5,"n":1,"seed":1,"stop":"a","stream":true,"stream_options":{},"temperature":1,"top_p":1,"user":"u""#
        let responses =
            shared
            + #","instructions":"i","max_output_tokens":16,"max_tool_calls":1,"include":[],"reasoning":{"effort":"low","summary":"auto"},"text":{"format":{"type":"text"},"verbosity":"low"},"truncation":"auto","background":false,"stream_options":{}"#
        #expect(try judge(chat, vendor) == nil)
        #expect(try judge(completions, vendor, .completions) == nil)
        #expect(
            try judge(#""input":"a","dimensions":9,"encoding_format":"base64","user":"u""#, vendor, .embeddings) == nil)
        #expect(try judge(responses, vendor, .responses) == nil)
    }

    @Test func knownNamesAreInTheFormThatTheTableNeeds() {
        for name in MemberTable.names {
            #expect(
                name == name.lowercased() && name.utf8.allSatisfy { $0 < 0x80 } && name.utf8.count <= NameTable.longest)
        }
    }

    // MARK: Templates

    /// The text as Llama 3's template prints it: a list of tools, each indented by four.
    private func printed(_ value: JSONValue, depth: Int = 0) -> Int {
        switch value {
        case .array(let elements):
            return elements.reduce(2 + 1 + 4 * depth) { $0 + 2 + 4 * (depth + 1) + printed($1, depth: depth + 1) }
        case .object(let members):
            return members.reduce(2 + 1 + 4 * depth) { sum, member in
                sum + 2 + 4 * (depth + 1) + member.name.utf8.count + 4 + printed(member.value, depth: depth + 1)
            }
        case .string(let text): return text.utf8.count + 2
        case .number(let text): return "\(text)".utf8.count
        case .bool, .null: return 5
        }
    }

    @Test(arguments: [
        #"[{"type":"function","function":{"name":"f","parameters":{"enum":[\#(Array(repeating: "1", count: 2000).joined(separator: ","))]}}}]"#,
        #"[{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":[{},[],[[[[[[1]]]]]]]}}}}}}}}]"#,
    ])
    func toolsCountAsTheyArePrinted(tools: String) throws {
        let request = try read(#""tools":\#(tools)"#)
        let document = request.document
        let node = try #require(document.member("tools", of: document.root))
        guard case .tokens(let bound) = request.inputBound else { return #expect(Bool(false)) }
        #expect(bound >= Int64(printed(document.value(node))))
    }

    @Test func argumentsCountWithTheSpacesOfAPrinter() throws {
        let list = Array(repeating: "1", count: 1000)
        let arguments = #"{\"a\":[\#(list.joined(separator: ","))]}"#
        let request = try read(
            #""messages":[{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"\#(arguments)"}}]}]"#
        )
        guard case .tokens(let bound) = request.inputBound else { return #expect(Bool(false)) }
        #expect(bound >= Int64(list.joined(separator: ", ").utf8.count))
    }
}

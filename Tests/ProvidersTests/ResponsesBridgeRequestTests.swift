import Inference
import JSON
import Providers
import Testing

/// Requests of the Responses API as bodies of chat completions.
@Suite struct ResponsesBridgeRequestTests {
    private func chat(_ body: String, for client: ResponsesBridge.Client = .responses) throws -> String {
        let bytes = try ResponsesBridge.chatBody(JSONDocument(Array(body.utf8)), for: client)
        _ = try JSONDocument(bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The messages that `items` become.
    private func messages(_ items: String) throws -> String {
        let body = try chat(#"{"input":\#(items)}"#)
        return String(body.dropFirst(#"{"messages":"#.count).dropLast())
    }

    private func refusal(_ body: String, for client: ResponsesBridge.Client = .responses) throws -> GatewayError {
        try #require(throws: GatewayError.self) { try chat(body, for: client) }
    }

    @Test func aTextBecomesAMessageBehindTheInstructions() throws {
        #expect(
            try chat(#"{"model":"m","instructions":"Be \u00e9xact.","input":"Hi \"you\"","stream":true}"#)
                == #"{"messages":[{"role":"system","content":"Be \u00e9xact."},{"role":"user","content":"Hi \"you\""}],"model":"m","stream":true}"#
        )
    }

    @Test func messagesMayOmitTheirTypeAndKeepTheirRoles() throws {
        #expect(
            try messages(
                #"[{"role":"developer","content":"d"},{"type":"message","role":"system","content":[{"type":"input_text","text":"s"}]},{"role":"user","content":"u"},{"id":"msg_1","type":"message","role":"assistant","status":"completed","content":[{"type":"output_text","text":"a","annotations":[],"logprobs":[]}]}]"#
            )
                == #"[{"role":"developer","content":"d"},{"role":"system","content":"s"},{"role":"user","content":"u"},{"role":"assistant","content":"a"}]"#
        )
    }

    @Test func partsBecomeTheChatsParts() throws {
        #expect(
            try messages(
                #"[{"role":"user","content":[{"type":"input_text","text":"a","prompt_cache_breakpoint":{"mode":"explicit"}},{"type":"input_image","image_url":"https://x/y.png","detail":"low"},{"type":"input_file","file_data":"data:,x","filename":"f.pdf"},{"type":"input_file","file_id":"file-1"},{"type":"input_audio","input_audio":{"data":"AA","format":"wav"}}]},{"role":"assistant","content":[{"type":"refusal","refusal":"no"}]},{"role":"user","content":[{"type":"input_text","text":"b"},{"type":"input_text","text":"c"}]}]"#
            )
                == #"[{"role":"user","content":[{"type":"text","text":"a","prompt_cache_breakpoint":{"mode":"explicit"}},{"type":"image_url","image_url":{"url":"https://x/y.png","detail":"low"}},{"type":"file","file":{"file_data":"data:,x","filename":"f.pdf"}},{"type":"file","file":{"file_id":"file-1"}},{"type":"input_audio","input_audio":{"data":"AA","format":"wav"}}]},{"role":"assistant","content":[{"type":"refusal","refusal":"no"}]},{"role":"user","content":[{"type":"text","text":"b"},{"type":"text","text":"c"}]}]"#
        )
    }

    @Test func picturesInAToolsOutputFollowBehindAllResults() throws {
        let calls =
            #"{"type":"function_call","call_id":"c1","name":"f","arguments":"{}"},{"type":"function_call","call_id":"c2","name":"f","arguments":"{}"}"#
        let outputs =
            #"{"type":"function_call_output","call_id":"c1","output":[{"type":"input_text","text":"seen"},{"type":"input_image","image_url":"data:image/png;base64,AA","detail":"low"}]},{"type":"function_call_output","call_id":"c2","output":[{"type":"input_image","image_url":"https://x/y.png"}]}"#
        let note = "[the output has images, which follow behind the results]"
        let asked =
            #"{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"c2","type":"function","function":{"name":"f","arguments":"{}"}}]}"#
        let results =
            #"{"role":"tool","tool_call_id":"c1","content":[{"type":"text","text":"seen"},{"type":"text","text":"\#(note)"}]},{"role":"tool","tool_call_id":"c2","content":"\#(note)"}"#
        let pictures =
            #"{"role":"user","content":[{"type":"text","text":"Images in the output of the tool call c1"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AA","detail":"low"}},{"type":"text","text":"Images in the output of the tool call c2"},{"type":"image_url","image_url":{"url":"https://x/y.png"}}]}"#
        #expect(try messages("[\(calls),\(outputs)]") == "[\(asked),\(results),\(pictures)]")
        #expect(
            try messages(#"[\#(calls),\#(outputs),{"role":"user","content":"go on"}]"#)
                == #"[\#(asked),\#(results),\#(pictures),{"role":"user","content":"go on"}]"#)
    }

    @Test func callsInARowJoinTheTextBeforeThemAndReasoningIsDropped() throws {
        let call =
            #"{"type":"function_call","call_id":"c1","name":"f","arguments":"{\"a\":1}","id":"fc_1","status":"completed"}"#
        #expect(
            try messages(
                #"[{"role":"assistant","content":"Let me see."},{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"x"},\#(call),{"type":"reasoning","id":"rs_2","summary":[]},{"type":"function_call","call_id":"c2","name":"g","arguments":""},{"type":"function_call_output","call_id":"c1","output":"one"},{"type":"function_call_output","call_id":"c2","output":[{"type":"input_text","text":"two"}]},{"type":"function_call","call_id":"c3","name":"f","arguments":"{}"},{"role":"assistant","content":"and"},{"type":"function_call_output","call_id":"c3","output":""}]"#
            )
                == #"[{"role":"assistant","content":"Let me see.","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}},{"id":"c2","type":"function","function":{"name":"g","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c1","content":"one"},{"role":"tool","tool_call_id":"c2","content":"two"},{"role":"assistant","content":"and","tool_calls":[{"id":"c3","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c3","content":""}]"#
        )
        #expect(
            try messages("[\(call)]")
                == #"[{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]}]"#
        )
    }

    /// The messages that `items` become for a host.
    private func messages(_ items: String, to host: String) throws -> String {
        let request = try OpenAIRequest(
            JSONDocument(Array(#"{"model":"m","input":\#(items)}"#.utf8)), endpoint: .responses)
        let chat = try OpenAIAdapter(Vendor.guessed(host: host).quirks).understood(request).document
        let messages = try #require(chat.member("messages", of: chat.root))
        return String(decoding: chat.bytes[chat.range(messages)], as: UTF8.self)
    }

    @Test func reasoningThatLedToACallGoesBackToDeepSeek() throws {
        let call = #"{"type":"function_call","call_id":"c1","name":"f","arguments":"{}"}"#
        let items =
            #"[{"role":"user","content":"u"},{"type":"reasoning","id":"r1","summary":[{"type":"summary_text","text":"H\u00e9"},{"type":"summary_text","text":"m."}]},{"role":"assistant","content":"So."},{"type":"reasoning","id":"r2","summary":[{"type":"summary_text","text":"short"}],"content":[{"type":"reasoning_text","text":"long"}]},\#(call),{"type":"function_call_output","call_id":"c1","output":"1"},{"type":"reasoning","id":"r3","summary":[],"content":null},\#(call),{"type":"function_call_output","call_id":"c1","output":"2"},{"type":"reasoning","id":"r4","summary":[{"type":"summary_text","text":"no call"}]},{"role":"assistant","content":"Done."},{"type":"reasoning","id":"r5","summary":[{"type":"summary_text","text":"lost"}]},{"role":"user","content":"v"},\#(call)]"#
        let chatCall = #""tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]"#
        let rest =
            #","# + chatCall
            + #"},{"role":"tool","tool_call_id":"c1","content":"1"},{"role":"assistant","content":null,"#
            + chatCall
            + #"},{"role":"tool","tool_call_id":"c1","content":"2"},{"role":"assistant","content":"Done."},{"role":"user","content":"v"},{"role":"assistant","content":null,"#
            + chatCall + "}]"
        let start = #"[{"role":"user","content":"u"},{"role":"assistant","content":"So.""#
        #expect(
            try messages(items, to: "api.deepseek.com")
                == start + #","reasoning_content":"H\u00e9\n\nm.\n\nlong""# + rest)
        #expect(try messages(items, to: "api.mistral.ai") == start + rest)
    }

    @Test(arguments: [
        (#"[{"type":"reasoning","summary":"x"}]"#, "input[0].summary"),
        (#"[{"type":"reasoning","summary":[{"type":"summary_text"}]}]"#, "input[0].summary[0].text"),
    ])
    func reasoningThatCannotBeReadIsNamed(items: String, param: String) throws {
        let error = try #require(throws: GatewayError.self) { try messages(items, to: "api.deepseek.com") }
        #expect(error.code == "invalid_value")
        #expect(error.param == param)
    }

    @Test func twoMessagesOfTheAssistantStayTwo() throws {
        #expect(
            try messages(#"[{"role":"assistant","content":"a"},{"role":"assistant","content":"b"}]"#)
                == #"[{"role":"assistant","content":"a"},{"role":"assistant","content":"b"}]"#)
    }

    @Test func functionsAreNestedAndCustomToolsBecomeFunctionsOfOneText() throws {
        let body = try chat(
            #"{"input":"x","tools":[{"type":"function","name":"f","description":"d","parameters":{"type":"object"},"strict":true},{"type":"custom","name":"patch","description":"p","format":{"type":"grammar","syntax":"lark","definition":"start: \"x\""}}],"tool_choice":{"type":"custom","name":"patch"},"parallel_tool_calls":false}"#
        )
        #expect(
            body.hasSuffix(
                #""tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"},"strict":true}},{"type":"function","function":{"name":"patch","description":"p","parameters":{"type":"object","properties":{"input":{"type":"string","description":"The tool's input, as plain text that matches this grammar (lark):\nstart: \"x\""}},"required":["input"],"additionalProperties":false}}}],"tool_choice":{"type":"function","function":{"name":"patch"}},"parallel_tool_calls":false}"#
            ), "\(body)")
        #expect(
            try messages(
                #"[{"type":"custom_tool_call","call_id":"c","name":"patch","input":"a \"b\"\n"},{"type":"custom_tool_call_output","call_id":"c","output":"ok"}]"#
            )
                == #"[{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"patch","arguments":"{\"input\":\"a \\\"b\\\"\\n\"}"}}]},{"role":"tool","tool_call_id":"c","content":"ok"}]"#
        )
    }

    @Test(arguments: [
        (#""tool_choice":"auto""#, ""),  // vendors refuse a choice, and the member below, without tools
        (#""tools":[],"tool_choice":"auto","parallel_tool_calls":true"#, ""),
        (#""tool_choice":"required""#, #","tool_choice":"required""#),
        (
            #""tools":[{"type":"function","name":"f"},{"type":"function","name":"g"}],"tool_choice":{"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"g"}]}"#,
            #","tools":[{"type":"function","function":{"name":"g"}}],"tool_choice":"required""#
        ),
        (
            #""tools":[{"name":"f","input_schema":{"type":"object"}},{"type":"function","function":{"name":"g"}}],"tool_choice":{"type":"function","name":"f"}"#,
            #","tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}},{"type":"function","function":{"name":"g"}}],"tool_choice":{"type":"function","function":{"name":"f"}}"#
        ),
        (#""max_output_tokens":17"#, #","max_completion_tokens":17"#),
        (#""reasoning":{"effort":"high","summary":"auto"}"#, #","reasoning_effort":"high""#),
        (#""reasoning":{"effort":null}"#, ""),
        (#""text":{"format":{"type":"text"},"verbosity":"low"}"#, #","verbosity":"low""#),
        (#""text":{"format":{"type":"json_object"}}"#, #","response_format":{"type":"json_object"}"#),
        (
            #""text":{"format":{"type":"json_schema","name":"n","schema":{"a": 1.0},"strict":true,"description":"d"}}"#,
            #","response_format":{"type":"json_schema","json_schema":{"name":"n","description":"d","schema":{"a": 1.0},"strict":true}}"#
        ),
        (#""include":["message.output_text.logprobs"],"top_logprobs":2"#, #","logprobs":true,"top_logprobs":2"#),
        (#""include":["reasoning.encrypted_content"],"top_logprobs":0"#, ""),
        (#""store":true,"truncation":"auto","background":false,"max_tool_calls":3,"previous_response_id":null"#, ""),
        (#""stream_options":{"include_obfuscation":false},"conversation":null,"n":1"#, #","n":1"#),
        (
            #""temperature":0.70,"top_p":1,"metadata":{"a":"b"},"user":"u","service_tier":"flex","prompt_cache_key":"k","safety_identifier":"s","parallel_tool_calls":null,"unknown":{"x": [1]}"#,
            #","temperature":0.70,"top_p":1,"metadata":{"a":"b"},"user":"u","service_tier":"flex","prompt_cache_key":"k","safety_identifier":"s","unknown":{"x": [1]}"#
        ),
    ])
    func membersAreTranslatedOrKeptByteForByte(members: String, expected: String) throws {
        #expect(
            try chat(#"{"input":"x",\#(members)}"#) == #"{"messages":[{"role":"user","content":"x"}]\#(expected)}"#)
    }

    @Test(arguments: [
        (#"{"input":"x","previous_response_id":"resp_1"}"#, "previous_response_id"),
        (#"{"input":"x","conversation":"conv_1"}"#, "conversation"),
        (#"{"input":"x","background":true}"#, "background"),
        (#"{"input":"x","context_management":[{"type":"compaction"}]}"#, "context_management"),
        (#"{"input":"x","tools":[{"type":"function","name":"f"},{"type":"web_search"}]}"#, "tools[1].type"),
        (#"{"input":"x","tools":[{"type":"namespace","name":"n","tools":[]}]}"#, "tools[0].type"),
        (#"{"input":"x","tool_choice":{"type":"file_search"}}"#, "tool_choice.type"),
        (
            #"{"input":"x","tools":[{"name":"f"}],"tool_choice":{"type":"allowed_tools","tools":[{"type":"mcp"}]}}"#,
            "tool_choice.tools[0].type"
        ),
        (#"{"input":[{"role":"user","content":"x"},{"type":"item_reference","id":"msg_1"}]}"#, "input[1].type"),
        (#"{"input":[{"id":"msg_1"}]}"#, "input[0].type"),
        (#"{"input":[{"type":"web_search_call","id":"ws_1"}]}"#, "input[0].type"),
        (
            #"{"input":[{"role":"user","content":[{"type":"input_text","text":"a"},{"type":"input_image","file_id":"f"}]}]}"#,
            "input[0].content[1].file_id"
        ),
        (
            #"{"input":[{"role":"user","content":[{"type":"input_file","file_url":"https://x"}]}]}"#,
            "input[0].content[0].file_url"
        ),
        (#"{"input":[{"role":"user","content":[{"type":"computer_screenshot"}]}]}"#, "input[0].content[0].type"),
        (
            #"{"input":[{"type":"function_call_output","call_id":"c","output":[{"type":"input_file","file_id":"f"}]}]}"#,
            "input[0].output[0].type"
        ),
        (
            #"{"input":[{"type":"function_call","call_id":"c","name":"f","arguments":"{}","namespace":"n"}]}"#,
            "input[0].namespace"
        ),
        (#"{"input":[{"role":"assistant","content":"","tool_calls":[]}]}"#, "input[0].tool_calls"),
        (#"{"input":"x","reasoning":{"mode":"pro"}}"#, "reasoning.mode"),
        (#"{"input":"x","text":{"format":{"type":"grammar"}}}"#, "text.format.type"),
        (#"{"input":"x","n":2}"#, "n"),
        (#"{"input":"x","functions":[]}"#, "functions"),
        (#"{"input":"x","image":{"context_compression":"enabled"}}"#, "image.context_compression"),
    ])
    func whatAChatCannotSayIsRefusedByItsPlace(body: String, param: String) throws {
        let error = try refusal(body)
        #expect(error.status == 400)
        #expect(error.code == "unsupported_parameter")
        #expect(error.param == param)
        #expect(error.message.contains(param))
    }

    @Test(arguments: [
        (#"{"model":"m"}"#, "input"),
        (#"{"input":[]}"#, "input"),
        (#"{"input":{}}"#, "input"),
        (#"{"input":["x"]}"#, "input[0]"),
        (#"{"input":[{"role":"tool","content":"x"}]}"#, "input[0].role"),
        (#"{"input":[{"role":"user"}]}"#, "input[0].content"),
        (#"{"input":[{"role":"user","content":[{"type":"input_text"}]}]}"#, "input[0].content[0].text"),
        (#"{"input":[{"type":"function_call","name":"f","arguments":"{}"}]}"#, "input[0].call_id"),
        (#"{"input":[{"type":"function_call","call_id":"c","name":"f"}]}"#, "input[0].arguments"),
        (#"{"input":[{"type":"function_call_output","call_id":"c"}]}"#, "input[0].output"),
        (#"{"input":"x","instructions":["a"]}"#, "instructions"),
        (#"{"input":"x","tools":[{"type":"function"}]}"#, "tools[0].name"),
        (#"{"input":"x","tool_choice":{"type":"function"}}"#, "tool_choice.name"),
        (
            #"{"input":"x","tools":[{"name":"f"}],"tool_choice":{"type":"allowed_tools","tools":[{"type":"function","name":"g"}]}}"#,
            "tool_choice.tools[0].name"
        ),
        (#"{"input":"x","max_output_tokens":1,"max_completion_tokens":2}"#, "max_completion_tokens"),
        (#"{"input":"x","max_output_tokens":1,"max_tokens":2}"#, "max_tokens"),
        (#"{"input":"x","max_tokens":2}"#, "max_tokens"),
        (#"{"input":"x","max_completion_tokens":2}"#, "max_completion_tokens"),
        (#"{"input":"x","messages":[]}"#, "messages"),
    ])
    func whatIsWrongIsNamed(body: String, param: String) throws {
        let error = try refusal(body)
        #expect(error.status == 400)
        #expect(error.code == "invalid_value")
        #expect(error.param == param)
    }

    @Test func aClientOfChatCompletionsGivesOneLimitUnderAnyName() throws {
        #expect(
            try chat(#"{"input":"x","max_tokens":2,"max_output_tokens":null}"#, for: .chat)
                == #"{"messages":[{"role":"user","content":"x"}],"max_tokens":2}"#)
        let error = try refusal(#"{"input":"x","max_output_tokens":1,"max_tokens":2}"#, for: .chat)
        #expect(error.code == "invalid_value")
        #expect(error.param == "max_tokens")
    }

    @Test func theLimitHasTheNameThatTheUpstreamKnows() throws {
        let document = try JSONDocument(Array(#"{"input":"x","max_output_tokens":9}"#.utf8))
        let body = try ResponsesBridge.chatBody(document, limitMember: .maxTokens)
        #expect(
            String(decoding: body, as: UTF8.self)
                == #"{"messages":[{"role":"user","content":"x"}],"max_tokens":9}"#)
    }

    @Test func aBodyThatIsTooDeepForAChatIsRefused() throws {
        let schema = String(repeating: #"{"a":"#, count: 60) + "1" + String(repeating: "}", count: 60)
        let document = try JSONDocument(
            Array(#"{"model":"m","input":"x","tools":[{"type":"function","name":"f","parameters":\#(schema)}]}"#.utf8))
        #expect(try ResponsesBridge.chatRequest(document).messageCount == 1)
        let deeper = try JSONDocument(
            Array(
                #"{"model":"m","input":"x","tools":[{"type":"function","name":"f","parameters":{"b":\#(schema)}}]}"#
                    .utf8))
        let error = try #require(throws: GatewayError.self) { try ResponsesBridge.chatRequest(deeper) }
        #expect(error.code == "invalid_value")
    }

    @Test func aCallOfAPromptNeedsNoInput() throws {
        #expect(try chat(#"{"prompt":{"id":"p"}}"#) == #"{"prompt":{"id":"p"}}"#)
    }

    @Test func aClientOfChatCompletionsMayWriteSo() throws {
        let body = try chat(
            #"{"model":"m","input":[{"role":"user","content":[{"type":"input_text","text":"hi"}]},{"type":"custom_tool_call","call_id":"c","name":"p","input":"x"}],"tools":[{"type":"custom","name":"p","format":{"type":"grammar","syntax":"lark","definition":"d"}},{"name":"f","description":"d","input_schema":{}}],"stream":true,"stream_options":{"include_usage":true},"include":["reasoning.encrypted_content"],"n":2}"#,
            for: .chat)
        #expect(
            body
                == #"{"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"custom","custom":{"name":"p","input":"x"}}]}],"tools":[{"type":"custom","custom":{"name":"p","format":{"type":"grammar","grammar":{"definition":"d","syntax":"lark"}}}},{"type":"function","function":{"name":"f","description":"d","parameters":{}}}],"model":"m","stream":true,"stream_options":{"include_usage":true},"n":2}"#
        )
        let request = try OpenAIRequest(JSONDocument(Array(body.utf8)), endpoint: .chatCompletions)
        #expect(request.includesUsage && request.messageCount == 2)
    }

    @Test(arguments: [
        (#"{"input":"x"}"#, true), (#"{"input":[],"messages":null}"#, true), (#"{"messages":[],"input":"x"}"#, false),
        (#"{"messages":[]}"#, false), (#"{"input":null}"#, false), ("[]", false),
    ])
    func aBodyWithInputAndWithoutMessagesIsOne(body: String, isOne: Bool) throws {
        #expect(try ResponsesBridge.isResponsesBody(JSONDocument(Array(body.utf8))) == isOne)
    }
}

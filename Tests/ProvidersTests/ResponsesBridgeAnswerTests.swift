import Inference
import JSON
import Providers
import Testing

/// Whole chat completions as Responses.
@Suite struct ResponsesBridgeAnswerTests {
    private func response(_ answer: String, to request: String = #"{"model":"chat","input":"x"}"#) throws -> JSONValue {
        let reading = try OpenAIAdapter().decode(status: 200, body: Array(answer.utf8), now: 0)
        let envelope = try ResponseEnvelope(
            JSONDocument(Array(request.utf8)), id: "req_01JD0000000000000000000000", createdAt: 1_763_700_000)
        return try JSONValue(parsing: ResponsesBridge.response(Array(answer.utf8), reading, in: envelope))
    }

    private func json(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

    @Test func aTextIsOneMessageInAWholeResponse() throws {
        let response = try response(
            """
            {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"gpt-x","service_tier":"default",
             "choices":[{"index":0,"message":{"role":"assistant","content":"H\\u00e9 \\"you\\"","refusal":null},
             "logprobs":null,"finish_reason":"stop"}],
             "usage":{"prompt_tokens":19,"completion_tokens":10,"total_tokens":29,
             "prompt_tokens_details":{"cached_tokens":4,"cache_write_tokens":5},
             "completion_tokens_details":{"reasoning_tokens":3}}}
            """)
        #expect(
            try response
                == json(
                    """
                    {"id":"resp_01JD0000000000000000000000","object":"response","created_at":1763700000,
                     "status":"completed","background":false,"error":null,"incomplete_details":null,"model":"gpt-x",
                     "output":[{"id":"msg_01JD0000000000000000000000_0","type":"message","role":"assistant",
                     "status":"completed","content":[{"type":"output_text","text":"Hé \\"you\\"","annotations":[],
                     "logprobs":[]}]}],"previous_response_id":null,"service_tier":"default","store":false,
                     "truncation":"disabled","instructions":null,"max_output_tokens":null,"max_tool_calls":null,
                     "metadata":{},"parallel_tool_calls":true,"prompt_cache_key":null,
                     "reasoning":{"effort":null,"summary":null},"safety_identifier":null,"temperature":1.0,
                     "text":{"format":{"type":"text"}},"tool_choice":"auto","tools":[],"top_logprobs":0,"top_p":1.0,
                     "user":null,"usage":{"input_tokens":19,"input_tokens_details":{"cached_tokens":4,
                     "cache_write_tokens":5},"output_tokens":10,"output_tokens_details":{"reasoning_tokens":3},
                     "total_tokens":29}}
                    """))
    }

    @Test func theRequestsMembersAreRepeated() throws {
        let response = try response(
            #"{"choices":[{"message":{"content":"a"}}]}"#,
            to: """
                {"model":"chat","input":"x","instructions":"Be brief.","temperature":0.2,"top_p":null,
                 "tools":[{"type":"function","name":"f","parameters":{},"strict":false}],"tool_choice":"required",
                 "parallel_tool_calls":false,"metadata":{"a":"b"},"reasoning":{"effort":"low"},"max_output_tokens":9,
                 "store":true,"user":"u"}
                """)
        #expect(response["instructions"]?.stringValue == "Be brief.")
        #expect(response["temperature"] == .number("0.2"))
        #expect(response["top_p"] == .number("1.0"))
        #expect(response["tool_choice"]?.stringValue == "required")
        #expect(response["tools"]?.arrayValue?.first?["name"]?.stringValue == "f")
        #expect(response["parallel_tool_calls"]?.boolValue == false)
        #expect(response["metadata"]?["a"]?.stringValue == "b")
        #expect(response["reasoning"]?["effort"]?.stringValue == "low")
        #expect(response["max_output_tokens"]?.integerValue == 9)
        #expect(response["user"]?.stringValue == "u")
        #expect(response["store"]?.boolValue == false)  // nothing is stored
        #expect(response["model"]?.stringValue == "chat")  // the upstream named none
        #expect(response["usage"] == .null)
    }

    @Test func reasoningTextAndCallsAreItemsInOrder() throws {
        let response = try response(
            """
            {"choices":[{"message":{"content":"Let me see.","reasoning_content":"Hm.","reasoning":"Hm.","tool_calls":[
             {"id":"c1","type":"function","function":{"name":"f","arguments":"{\\"a\\":1}"}},
             {"id":"c2","type":"function","function":{"name":"patch","arguments":"{\\"input\\": \\"x\\\\ny\\"}"}},
             {"function":{"name":"patch","arguments":"no JSON"}},
             {"id":"c1","function":{"name":"f","arguments":{"a":2}}}]},"finish_reason":"tool_calls"}]}
            """, to: #"{"input":"x","tools":[{"type":"custom","name":"patch"}]}"#)
        #expect(
            try response["output"]
                == json(
                    #"""
                    [{"id":"rs_01JD0000000000000000000000_0","type":"reasoning",
                      "summary":[{"type":"summary_text","text":"Hm."}]},
                     {"id":"msg_01JD0000000000000000000000_1","type":"message","role":"assistant","status":"completed",
                      "content":[{"type":"output_text","text":"Let me see.","annotations":[],"logprobs":[]}]},
                     {"id":"fc_01JD0000000000000000000000_2","type":"function_call","status":"completed","call_id":"c1",
                      "name":"f","arguments":"{\"a\":1}"},
                     {"id":"ctc_01JD0000000000000000000000_3","type":"custom_tool_call","status":"completed",
                      "call_id":"c2","name":"patch","input":"x\ny"},
                     {"id":"ctc_01JD0000000000000000000000_4","type":"custom_tool_call","status":"completed",
                      "call_id":"call_01JD0000000000000000000000_4","name":"patch","input":"no JSON"},
                     {"id":"fc_01JD0000000000000000000000_5","type":"function_call","status":"completed",
                      "call_id":"call_01JD0000000000000000000000_5","name":"f","arguments":"{\"a\":2}"}]
                    """#))
    }

    @Test func aRefusalACitationAndLogProbabilitiesAreKept() throws {
        let response = try response(
            """
            {"choices":[{"message":{"content":"a","refusal":"I can't.","annotations":[{"type":"url_citation",
             "url_citation":{"start_index":0,"end_index":1,"url":"https://x","title":"X"}}]},
             "logprobs":{"content":[{"token":"a","logprob":-0.1,"bytes":[97],"top_logprobs":[]}]}}]}
            """)
        let item = try #require(response["output"]?.arrayValue?.first)
        #expect(
            try item["content"]
                == json(
                    """
                    [{"type":"output_text","text":"a","annotations":[{"type":"url_citation","start_index":0,
                      "end_index":1,"url":"https://x","title":"X"}],
                      "logprobs":[{"token":"a","logprob":-0.1,"bytes":[97],"top_logprobs":[]}]},
                     {"type":"refusal","refusal":"I can't."}]
                    """))
    }

    @Test(arguments: [
        ("length", "max_output_tokens"), ("model_length", "max_output_tokens"), ("MAX_TOKENS", "max_output_tokens"),
        ("content_filter", "content_filter"),
    ])
    func anAnswerThatEndedEarlyIsIncomplete(finish: String, reason: String) throws {
        let response = try response(#"{"choices":[{"message":{"content":"a"},"finish_reason":"\#(finish)"}]}"#)
        #expect(response["status"]?.stringValue == "incomplete")
        #expect(response["incomplete_details"]?["reason"]?.stringValue == reason)
        #expect(response["output"]?.arrayValue?.first?["status"]?.stringValue == "incomplete")
    }

    @Test(arguments: ["stop", "tool_calls", "function_call", "eos", "stop_sequence", "end_turn", "STOP", ""])
    func anAnswerThatEndedOfItselfIsCompleted(finish: String) throws {
        let response = try response(#"{"choices":[{"message":{"content":"a"},"finish_reason":"\#(finish)"}]}"#)
        #expect(response["status"]?.stringValue == "completed")
    }

    @Test(arguments: ["insufficient_system_resource", "abort", "error", "a reason that nobody knows"])
    func anAnswerThatBrokeOffIsAFailureWithItsReason(finish: String) throws {
        let failure = try #require(throws: UpstreamFailure.self) {
            try response(#"{"choices":[{"message":{"content":"a"},"finish_reason":"\#(finish)"}]}"#)
        }
        #expect(failure.kind == .malformedAnswer)
        #expect(failure.message.contains("'\(finish)'"))
    }

    @Test func anAnswerOfNothingIsAnEmptyText() throws {
        let response = try response(#"{"choices":[{"message":{"content":null},"finish_reason":"stop"}]}"#)
        #expect(response["status"]?.stringValue == "completed")
        #expect(response["output"]?.arrayValue?.first?["content"]?.arrayValue?.first?["text"]?.stringValue == "")
    }

    @Test func partsOfAContentThatIsAListAreRead() throws {
        let response = try response(
            #"{"choices":[{"message":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm."}]},{"type":"text","text":"Yes."}]}}]}"#
        )
        #expect(response["output"]?.arrayValue?.map { $0["type"]?.stringValue } == ["reasoning", "message"])
    }

    @Test(arguments: [
        #"{"choices":[{"index":1,"message":{}}]}"#, #"{"choices":[{"message":"text"}]}"#,
        #"{"choices":[{"text":"a"}]}"#, #"{"choices":[{"message":{"content":"a"},"finish_reason":"error"}]}"#,
        #"{"choices":[{"message":{"content":"a","content":"b"}}]}"#,
    ])
    func anAnswerWithoutAReadableMessageIsAFailureWhoseUsageIsBilled(answer: String) throws {
        let billed = answer.dropLast() + #","usage":{"prompt_tokens":3,"completion_tokens":1}}"#
        let failure = try #require(throws: UpstreamFailure.self) { try response(String(billed)) }
        #expect(failure.kind == .malformedAnswer)
        #expect(failure.usage == Usage(input: 3, output: 1))
    }
}

import JSON
import Providers
import Testing

@Suite struct OpenAIEncodingTests {
    private func encode(
        _ body: String, _ endpoint: OpenAIRequest.Endpoint = .chatCompletions, _ quirks: OpenAIQuirks = OpenAIQuirks(),
        limit: Int64? = nil
    ) throws -> String {
        let request = try OpenAIRequest(JSONDocument(Array(body.utf8)), endpoint: endpoint)
        let encoded = OpenAIAdapter(quirks).encode(request, model: "vendor/m:1", limit: limit)
        _ = try JSONDocument(encoded.body)  // valid, and no member twice
        #expect(encoded.path == endpoint.rawValue)
        return String(decoding: encoded.body, as: UTF8.self)
    }

    @Test func onlyTheModelChanges() throws {
        let body =
            #" { "messages" : [{"content":"\u00e9ü", "x": 1.00}],"model" : "m" , "max_tokens":5,"unknown":[1e2]} "#
        #expect(try encode(body) == body.replacing(#""m" "#, with: #""vendor/m:1" "#))
    }

    @Test(arguments: [
        (#"{"model":"m","messages":[{}],"stream":true}"#, #","stream_options":{"include_usage":true}}"#),
        (
            #"{"model":"m","messages":[{}],"stream":true,"stream_options":{"include_usage":false,"x":1}}"#,
            #","stream_options":{"include_usage":true,"x":1}}"#
        ),
        (
            #"{"model":"m","messages":[{}],"stream":true,"stream_options":{"x":1}}"#,
            #","stream_options":{"x":1,"include_usage":true}}"#
        ),
        (
            #"{"model":"m","messages":[{}],"stream":true,"stream_options":null}"#,
            #","stream_options":{"include_usage":true}}"#
        ),
    ])
    func aStreamIsAskedForItsUsage(body: String, ending: String) throws {
        #expect(try encode(body) == #"{"model":"vendor/m:1","messages":[{}],"stream":true"# + ending)
    }

    @Test func aWholeAnswerIsNotAskedForUsage() throws {
        #expect(try !encode(#"{"model":"m","messages":[{}]}"#).contains("stream_options"))
    }

    @Test func streamOptionsAreKeptFromAVendorThatRefusesThem() throws {
        let body = #"{"model":"m","messages":[{}],"stream":true,"stream_options":{"include_usage":true}}"#
        #expect(
            try encode(body, .chatCompletions, OpenAIQuirks(streamOptions: false))
                == #"{"model":"vendor/m:1","messages":[{}],"stream":true}"#)
    }

    @Test(
        arguments: [
            ("", OpenAIQuirks(), nil, ""),
            ("", OpenAIQuirks(), 7, #","max_tokens":7"#),
            ("", OpenAIQuirks(limitMember: .maxCompletionTokens), 7, #","max_completion_tokens":7"#),
            // the client's own member is kept, unless the vendor does not know it
            (#","max_tokens":9"#, OpenAIQuirks(limitMember: .maxCompletionTokens), nil, #","max_tokens":9"#),
            (#","max_tokens":9"#, OpenAIQuirks(limitMember: .maxCompletionTokens), 7, #","max_tokens":7"#),
            (#","max_completion_tokens":9"#, OpenAIQuirks(), 7, #","max_completion_tokens":7"#),
            (#","max_completion_tokens":9"#, OpenAIQuirks(renamesLimit: true), nil, #","max_tokens":9"#),
            (#","max_completion_tokens":9"#, OpenAIQuirks(renamesLimit: true), 7, #","max_tokens":7"#),
            (#","max_tokens":9"#, OpenAIQuirks(renamesLimit: true), nil, #","max_tokens":9"#),
            // with two limits the larger one was the bound
            (#","max_tokens":9,"max_completion_tokens":8"#, OpenAIQuirks(renamesLimit: true), nil, #","max_tokens":9"#),
            (#","max_tokens":9,"max_completion_tokens":8"#, OpenAIQuirks(), 7, #","max_completion_tokens":7"#),
        ] as [(String, OpenAIQuirks, Int64?, String)])
    func theLimitGoesWhereTheVendorReadsIt(
        sent: String, quirks: OpenAIQuirks, limit: Int64?, expected: String
    ) throws {
        let body = #"{"model":"m","messages":[{}]\#(sent)}"#
        #expect(
            try encode(body, .chatCompletions, quirks, limit: limit)
                == #"{"model":"vendor/m:1","messages":[{}]\#(expected)}"#)
    }

    @Test func completionsKnowOneLimitAndEmbeddingsNone() throws {
        let quirks = OpenAIQuirks(limitMember: .maxCompletionTokens)
        #expect(
            try encode(#"{"model":"m","prompt":"p"}"#, .completions, quirks, limit: 7)
                == #"{"model":"vendor/m:1","prompt":"p","max_tokens":7}"#)
        #expect(
            try encode(#"{"model":"m","input":"p"}"#, .embeddings, quirks, limit: 7)
                == #"{"model":"vendor/m:1","input":"p"}"#)
    }

    @Test func theGatewaysOwnMemberStaysHere() throws {
        #expect(
            try encode(#"{"model":"prompt:p","prompt":{"id":"p"},"messages":[{}]}"#)
                == #"{"model":"vendor/m:1","messages":[{}]}"#)
    }

    @Test func aStreamIsKnownByItsType() {
        #expect(OpenAIAdapter.isEventStream(contentType: "Text/Event-Stream; charset=utf-8"))
        #expect(!OpenAIAdapter.isEventStream(contentType: "application/json"))
        #expect(!OpenAIAdapter.isEventStream(contentType: nil))
    }

    @Test func anAbsentModelIsSet() throws {
        #expect(try encode(#"{"prompt":{"id":"p"},"messages":[{}]}"#) == #"{"messages":[{}],"model":"vendor/m:1"}"#)
    }

    @Test(
        arguments: [
            (
                #"{"model":"m","messages":[{"role":"developer","content":"developer"},{"content":"a","role":"user"}]}"#,
                .chatCompletions
            ),
            (
                #"{"model":"m","input":[{"role":"developer","content":"developer"},{"role":"user","content":"a"}]}"#,
                .responses
            ),
        ] as [(String, OpenAIRequest.Endpoint)])
    func vendorsWithoutTheRoleAreToldSystem(body: String, endpoint: OpenAIRequest.Endpoint) throws {
        let named = body.replacing(#""m""#, with: #""vendor/m:1""#)
        #expect(
            try encode(body, endpoint, Vendor.mistral.quirks)
                == named.replacing(#""role":"developer""#, with: #""role":"system""#))
        #expect(try encode(body, endpoint, Vendor.openai.quirks) == named)
    }

    @Test(
        arguments: [
            ("api.openai.com", nil, .openai), ("eu.api.openai.com", nil, .openai),
            ("api.openai.com.evil.org", nil, .compatible), ("notmistral.ai", nil, .compatible),
            ("name.openai.azure.com", nil, .azure), ("api.mistral.ai", nil, .mistral),
            ("api.deepseek.com", nil, .deepseek),
            ("generativelanguage.googleapis.com", nil, .google), ("api.x.ai", nil, .xai),
            ("openrouter.ai", nil, .openrouter),
            ("127.0.0.1", 11434, .ollama), ("127.0.0.1", 8000, .compatible), ("127.0.0.1", 1234, .lmStudio),
            ("llama-cpp.internal", 8080, .llamaCpp), ("vllm", 8000, .vllm),
        ] as [(String, Int?, Vendor)])
    func hostsAreKnownByTheirDomain(host: String, port: Int?, vendor: Vendor) {
        #expect(Vendor.guessed(host: host, port: port) == vendor)
    }
}

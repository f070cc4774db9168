import Inference
import Providers
import Testing

private struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let status: Int
    let body: String
    let kind: UpstreamFailure.Kind

    init(_ name: String, _ status: Int, _ body: String, _ kind: UpstreamFailure.Kind) {
        (testDescription, self.status, self.body, self.kind) = (name, status, body, kind)
    }
}

@Suite struct UpstreamFailureTests {
    private func failure(_ status: Int, _ body: String, headers: [String: String] = [:]) -> UpstreamFailure {
        UpstreamFailure(status: status, header: { headers[$0] }, body: Array(body.utf8), now: 784_111_770)
    }

    private static let cases = [
        Case(
            "OpenAI's rate", 429, #"{"error":{"message":"m","type":"requests","code":"rate_limit_exceeded"}}"#,
            .rateLimited),
        Case(
            "OpenAI's rate with a type of quota", 429, #"{"error":{"type":"insufficient_quota","code":"slow_down"}}"#,
            .rateLimited),
        Case(
            "OpenAI's quota", 429, #"{"error":{"type":"insufficient_quota","code":"credit_balance_exhausted"}}"#, .quota
        ),
        Case(
            "old quota", 429, #"{"error":{"message":"m","type":"insufficient_quota","code":"insufficient_quota"}}"#,
            .quota),
        Case("a spend limit with 403", 403, #"{"error":{"code":"project_spend_limit_exceeded"}}"#, .quota),
        Case("DeepSeek without balance", 402, #"{"error":{"message":"Insufficient Balance"}}"#, .quota),
        Case(
            "a wrong key", 401, #"{"error":{"message":"Incorrect API key provided: sk-abc","code":"invalid_api_key"}}"#,
            .authentication),
        Case("a forbidden key", 403, "{}", .authentication),
        Case(
            "Gemini's wrong key", 400,
            #"[{"error":{"code":400,"message":"API key not valid","status":"UNAUTHENTICATED"}}]"#, .authentication),
        Case("OpenAI's context", 400, #"{"error":{"message":"m","code":"context_length_exceeded"}}"#, .contextLength),
        Case(
            "vLLM's context", 400,
            #"{"object":"error","message":"This model's maximum context length is 8192 tokens. However","type":"BadRequestError","code":400}"#,
            .contextLength),
        Case(
            "llama.cpp's context", 400,
            #"{"error":{"code":400,"message":"x","type":"exceed_context_size_error","n_ctx":4096}}"#, .contextLength),
        Case(
            "TGI's context", 422,
            #"{"error":"Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096","error_type":"validation"}"#,
            .contextLength),
        Case(
            "a field that is too long", 400,
            #"{"error":{"message":"too many tokens","code":"string_above_max_length"}}"#, .invalidRequest),
        Case("too many tokens a minute", 429, #"{"error":{"message":"too many tokens"}}"#, .rateLimited),
        Case("OpenAI's unknown model", 404, #"{"error":{"message":"m","code":"model_not_found"}}"#, .unknownModel),
        Case(
            "vLLM's unknown model", 404,
            #"{"error":{"message":"The model `x` does not exist.","type":"NotFoundError","code":404}}"#, .unknownModel),
        Case("a wrong base URL", 404, "<html>404 Not Found</html>", .unavailable),
        Case(
            "an invalid request", 400,
            #"{"error":{"message":"m","type":"invalid_request_error","param":"temperature"}}"#, .invalidRequest),
        Case(
            "FastAPI's detail", 422, #"{"detail":[{"loc":["body","model"],"msg":"field required"}]}"#, .invalidRequest),
        Case(
            "Mistral's flat error", 422, #"{"object":"error","message":"m","type":"invalid_request_error"}"#,
            .invalidRequest),
        Case("a filter", 400, #"{"error":{"message":"m","code":"content_filter"}}"#, .contentFilter),
        Case("a failing server", 500, #"{"error":{"message":"m"}}"#, .unavailable),
        Case("a gateway's page", 502, "<html>", .unavailable),
        Case("an overloaded server", 529, "", .unavailable),
        Case("Groq's capacity", 498, "{}", .unavailable),
        Case("SageMaker's model", 424, "{}", .unavailable),
        Case("a conflict", 409, "{}", .unavailable),
        Case(
            "OpenRouter's moderation", 403,
            #"{"error":{"code":403,"message":"no","metadata":{"reasons":["violence"],"flagged_input":"x"}}}"#,
            .contentFilter),
        Case(
            "flagged in words", 403, #"{"error":{"message":"Your input was flagged for sexual content"}}"#,
            .contentFilter),
        Case(
            "OpenAI's country", 403, #"{"error":{"message":"m","code":"unsupported_country_region_territory"}}"#,
            .notPermitted),
        Case(
            "Gemini's country", 400,
            #"{"error":{"code":400,"message":"User location is not supported for the API use.","status":"FAILED_PRECONDITION"}}"#,
            .notPermitted),
        Case(
            "OpenAI's model that a project may not use", 403,
            #"{"error":{"message":"Project `p` does not have access to model `m`","code":"model_not_found"}}"#,
            .unknownModel),
        Case(
            "Bedrock's model without access", 403,
            #"{"message":"You don't have access to the model with the specified model ID."}"#, .unknownModel),
        Case(
            "Gemini's reason", 400,
            #"{"error":{"code":400,"message":"m","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}"#,
            .authentication),
        Case(
            "xAI's wrong key", 400,
            #"{"code":"Client specified an invalid argument","error":"Incorrect API key provided: x"}"#,
            .authentication),
        Case(
            "a key that was deactivated", 403, #"{"error":{"code":"account_deactivated","message":"was flagged"}}"#,
            .authentication),
        Case(
            "Groq's failed call", 400, #"{"error":{"type":"invalid_request_error","code":"tool_use_failed"}}"#,
            .invalidRequest),
        Case(
            "a parameter of the model", 400, #"{"error":{"message":"'x' is not supported with this model"}}"#,
            .invalidRequest),
        Case("OpenAI's older slow down", 503, #"{"error":{"message":"m","code":"slow_down"}}"#, .rateLimited),
        Case("a redirect", 302, "", .malformedAnswer),
        Case("no content", 204, "", .malformedAnswer),
    ]

    @Test(arguments: cases)
    private func knowsWhatVendorsMean(_ example: Case) {
        let failure = failure(example.status, example.body)
        #expect(failure.kind == example.kind, "\(failure.logDescription)")
        #expect(failure.status == example.status)
        #expect(failure.isNotBilled == (example.status >= 400))
    }

    @Test(arguments: [
        (#"{"error":{"message":"a","param":"p","code":7,"type":"t"}}"#, "a"),
        (#"{"error":"b"}"#, "b"),
        (#"{"errors":[{"message":"c"}]}"#, "c"),
        (#"{"message":"d"}"#, "d"),
        (#"{"detail":"e"}"#, "e"),
        (#"{"detail":[{"loc":["body","model"],"msg":"f"}]}"#, "body.model: f"),
        (#"[{"error":{"message":"g"}}]"#, "g"),
        ("  <h>\u{FF}", "  <h>\u{FF}"),
        ("[]", "[]"),
    ])
    func findsTheMessageWhereverItStands(body: String, message: String) {
        #expect(failure(500, body).message == message)
    }

    @Test(arguments: [
        (#"{"error":{"code":"rate_limit_exceeded"}}"#, UpstreamFailure.Kind.rateLimited, true),
        (#"{"error":{"type":"rate_limit_error"}}"#, .rateLimited, true),
        (#"{"error":{"code":429}}"#, .rateLimited, true),
        (#"{"error":{"message":"x"},"status_code":429}"#, .rateLimited, true),
        (#"{"error":"Rate limit reached"}"#, .rateLimited, true), (#"{"error":{"code":402}}"#, .quota, true),
        (#"{"error":{"type":"invalid_request_error"}}"#, .invalidRequest, true),
        (#"{"error":{"type":"x","code":"tool_use_failed","status_code":400}}"#, .invalidRequest, true),
        (#"{"error":{"code":"context_length_exceeded"}}"#, .contextLength, true),
        (#"{"error":{"message":"This model's maximum context length is 8"}}"#, .contextLength, true),
        (#"{"error":{"code":403,"message":"m","metadata":{"reasons":["x"]}}}"#, .contentFilter, true),
        (#"{"error":{"code":"content_filter"}}"#, .contentFilter, false),
        (#"{"error":{"code":"invalid_api_key"}}"#, .authentication, true),
        (#"{"error":{"type":"overloaded_error"}}"#, .unavailable, true),
        (#"{"error":{"code":503}}"#, .unavailable, true),
        (#"{"error":{"type":"server_error"}}"#, .unavailable, false), (#"{"error":{"code":502}}"#, .unavailable, false),
        (#"{"error":{"code":408}}"#, .unavailable, false), (#"{"error":{"message":"?"}}"#, .unavailable, false),
    ])
    func anErrorWithoutAStatusIsKnownByItsWords(body: String, kind: UpstreamFailure.Kind, isFree: Bool) throws {
        let failure = try #require(throws: UpstreamFailure.self) {
            try OpenAIAdapter().decode(status: 200, body: Array(body.utf8), now: 0)
        }
        #expect(failure.kind == kind)
        #expect(failure.isNotBilled == isFree)
        #expect(!failure.gatewayError.message.contains("status 200"))
    }

    @Test func aLongPageIsCut() {
        #expect(failure(500, String(repeating: "x", count: 10_000)).message.count == 500)
    }

    @Test(
        arguments: [
            (["retry-after-ms": "250.5"], 250), (["retry-after": "1"], 1000), (["retry-after": "1.25"], 1250),
            (["retry-after": "Sun, 06 Nov 1994 08:49:37 GMT"], 7000),
            (["retry-after": "Sun, 06 Nov 1994 08:49:00 GMT"], 0),  // past
            (["retry-after": "Tue, 29 Feb 2028 00:00:00 GMT"], 86_400_000),
            (["retry-after-ms": "7", "retry-after": "100"], 7),
            (["retry-after": "99999999999999999999"], 86_400_000),
            (["x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "1m2.5s"], 62_500),
            (["x-ratelimit-remaining-tokens": "5", "x-ratelimit-reset-tokens": "1m2.5s"], nil),
            (["x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "120ms"], 120),
            (["retry-after": "-1"], nil), (["retry-after": "nan"], nil), (["retry-after": ""], nil),
            (["retry-after": "1e3"], nil), (["retry-after": "Sun, 32 Nov 1994 08:49:37 GMT"], nil), ([:], nil),
        ] as [([String: String], Int64?)])
    func readsWhenToRetry(headers: [String: String], milliseconds: Int64?) {
        #expect(failure(429, "{}", headers: headers).retryAfterMilliseconds == milliseconds)
    }

    @Test func readsGooglesRetryInfo() {
        let body =
            #"{"error":{"code":429,"message":"m","details":[{"@type":"a"},{"@type":"RetryInfo","retryDelay":"46s"}]}}"#
        #expect(failure(429, body).retryAfterMilliseconds == 46_000)
    }

    @Test func tellsTheClientWhatItMayKnow() {
        let secret = #"{"error":{"message":"Incorrect API key provided: sk-secret","code":"invalid_api_key"}}"#
        let expected: [(UpstreamFailure, Int, String)] = [
            (failure(401, secret), 502, "upstream_auth"),
            (failure(429, "{}", headers: ["retry-after": "1.2"]), 429, "upstream_rate_limited"),
            (failure(402, "{}"), 429, "insufficient_quota"),
            (failure(503, secret), 502, "upstream_auth"),
            (failure(500, #"{"error":"sk-secret"}"#), 502, "upstream_error"),
            (UpstreamFailure(.timeout, message: "sk-secret"), 504, "upstream_timeout"),
            (UpstreamFailure(.unreachable, message: "sk-secret"), 502, "upstream_error"),
            (
                failure(400, #"{"error":{"message":"m","param":"x","code":"unsupported_value"}}"#), 400,
                "unsupported_value"
            ),
            (failure(413, #"{"message":"prompt is too long"}"#), 413, "context_length_exceeded"),
            (failure(404, #"{"error":"model 'x' not found"}"#), 404, "model_not_found"),
        ]
        for (failure, status, code) in expected {
            let error = failure.gatewayError
            #expect(error.status == status && error.code == code, "\(failure.logDescription)")
            #expect(!error.message.contains("sk-secret"))
            #expect(failure.passesBody == (error.status < 429))
        }
        #expect(failure(429, "{}", headers: ["retry-after": "1.2"]).gatewayError.retryAfter == 2)
    }

    @Test func anErrorOfAServerIsToldByItsCode() throws {
        let failure = try #require(throws: UpstreamFailure.self) {
            try OpenAIAdapter().decode(status: 200, body: Array(#"{"error":{"code":"server_error"}}"#.utf8), now: 0)
        }
        #expect(failure.gatewayError.message == "the model's provider failed: it broke off with 'server_error'")
    }

    @Test func withoutAnAnswerOnlyWhatNeverConnectedIsFree() {
        let kinds: [UpstreamFailure.Kind] = [
            .connectionLost, .timeout, .malformedAnswer, .tooLarge, .noRoom, .unavailable,
        ]
        #expect(UpstreamFailure(.unreachable, message: "m").isNotBilled)
        for kind in kinds { #expect(!UpstreamFailure(kind, message: "m").isNotBilled) }
        for kind in kinds { #expect(!UpstreamFailure(kind, status: 200, message: "m").isNotBilled) }
    }
}

import Inference
import JSON
import Providers
import Testing

@Suite struct ResponsesStreamRelayTests {
    private static let usage =
        #"{"input_tokens":120,"input_tokens_details":{"cached_tokens":64,"cache_write_tokens":16},"output_tokens":40,"#
        + #""output_tokens_details":{"reasoning_tokens":25},"total_tokens":160}"#

    private static func event(_ type: String, _ members: String) -> String {
        "event: \(type)\ndata: {\"type\":\"\(type)\",\(members)}\n\n"
    }

    private static func response(_ status: String, usage: String = "null", _ more: String = "") -> String {
        #""response":{"id":"resp_1","status":"\#(status)","model":"m-2026","service_tier":"default","error":null,\#(more)"#
            + #""output":[],"usage":\#(usage)}"#
    }

    private static let opening =
        event("response.created", #""sequence_number":0,"# + response("in_progress")) + ": a comment\n\n"
        + event("response.output_text.delta", #""sequence_number":1,"output_index":0,"delta":"Hel""#)
        + event("response.mystery", #""sequence_number":2,"response":"none""#)
        + event("response.output_text.delta", #""sequence_number":3,"output_index":0,"delta":"lo""#)

    private static func ending(_ type: String, _ status: String, _ more: String = "") -> String {
        event(type, #""sequence_number":4,"# + response(status, usage: usage, more))
    }

    private func relay(_ pieces: [[UInt8]]) throws -> (relay: ResponsesStreamRelay, output: String) {
        var relay = ResponsesStreamRelay()
        var output: [UInt8] = []
        for piece in pieces { try relay.feed(piece, into: &output) }
        return (relay, String(decoding: output, as: UTF8.self))
    }

    private func failure(_ text: String) throws -> StreamFailure {
        var relay = ResponsesStreamRelay()
        var output: [UInt8] = []
        return try #require(throws: StreamFailure.self) {
            try relay.feed(Array(text.utf8), into: &output)
            try relay.end()
        }
    }

    @Test(arguments: [("response.completed", "completed"), ("response.incomplete", "incomplete")], ["\n", "\r\n"])
    func passesEveryByteAndHoldsTheEndBack(end: (type: String, status: String), newline: String) throws {
        let shown = Self.opening.replacing("\n", with: newline)
        let last = Self.ending(end.type, end.status).replacing("\n", with: newline)
        let bytes = Array((shown + last).utf8)
        let behind = Array("data: [DONE]\n\n".utf8)
        for pieces in [[bytes + behind], (bytes + behind).map { [$0] }, [bytes]] {
            let (relay, output) = try relay(pieces)
            #expect(output == shown)
            #expect(relay.isTerminated && relay.isFinished)
            #expect(relay.terminator == Array(last.utf8))
            let reading = relay.reading
            let usage = try #require(reading.usage)
            #expect([usage.input, usage.cachedInput, usage.cacheWrite] == [40, 64, 16])
            #expect([usage.output, usage.reasoning] == [40, 25])
            #expect([reading.id, reading.model, reading.tier] == ["resp_1", "m-2026", "default"])
            #expect(reading.outputBytes == 5)
        }
    }

    @Test func theReasonOfAnIncompleteAnswerIsRead() throws {
        let last = Self.ending(
            "response.incomplete", "incomplete", #""incomplete_details":{"reason":"max_output_tokens"},"#)
        #expect(try relay([Array(last.utf8)]).relay.reading.finishReason == "max_output_tokens")
    }

    @Test(arguments: [
        #"data: {"type":"error","code":"rate_limit_exceeded","message":"slow down","param":null}"#,
        #"data: {"error":{"message":"slow down","code":"rate_limit_exceeded"}}"#,
        #"data: {"type":"response.completed","response":{"status":"failed","error":{"code":"rate_limit_exceeded"}}}"#,
    ])
    func anErrorInAStreamIsAFailure(event: String) throws {
        let failure = try failure(Self.opening + event + "\n\n")
        #expect(failure.kind == .upstreamError)
        #expect(failure.upstream?.code == "rate_limit_exceeded")
    }

    @Test(arguments: [
        ("", StreamFailure.Kind.cutShort),
        ("data: [DONE]\n\n", .cutShort),
        ("data: {\"type\":\"response.completed\",\n", .cutShort),
        ("data: {\"type\":\n\n", .malformed),
        ("data: []\n\n", .malformed),
        ("data: {\"type\":\"response.completed\"}\n\n", .malformed),
        ("data: {\"type\":\"response.completed\",\"response\":{}}\n\n", .upstreamError),
        ("data: {\"type\":\"response.completed\",\"response\":{\"status\":\"in_progress\"}}\n\n", .upstreamError),
    ])
    func whatIsNotWholeIsNoEnd(rest: String, kind: StreamFailure.Kind) throws {
        #expect(try failure(Self.opening + rest).kind == kind)
    }

    @Test(arguments: [
        (
            #""response":{"status":"failed","error":{"code":"rate_limit_exceeded","message":"x"},"usage":null}"#,
            "failed"
        ),
        (#""response":{"status":"failed","error":{"code":"server_error","message":"x"}}"#, "failed"),
        (#""response":{"status":"cancelled","error":null,"usage":null}"#, "cancelled"), (#""x":1"#, "failed"),
    ])
    func aFailureIsAnEndThatPassesAndIsNotBilledWithoutUsage(more: String, type: String) throws {
        let end = Self.event("response.\(type)", more)
        for pieces in [[Array((Self.opening + end).utf8)], (Self.opening + end).utf8.map { [$0] }] {
            let (relay, output) = try relay(pieces)
            #expect(output == Self.opening && relay.isTerminated)
            #expect(relay.terminator == Array(end.utf8))
            #expect(try #require(relay.failure).isNotBilled)
        }
    }

    @Test func usageOfAFailureIsKept() throws {
        let end = Self.event(
            "response.failed",
            #""response":{"status":"failed","error":{"code":"server_error","message":"x"},"usage":\#(Self.usage)}"#)
        let failure = try #require(try relay([Array((Self.opening + end).utf8)]).relay.failure)
        #expect(failure.usage?.output == 40 && !failure.isNotBilled)
        #expect(failure.code == "server_error" && failure.kind == .unavailable)
    }

    @Test func theErrorEventCountsOnAndSpeaksBothForms() throws {
        let (relay, _) = try relay([Array(Self.opening.utf8)])
        let event = relay.errorEvent(
            GatewayError(502, "upstream_error", "cut"), requestID: RequestID(high: 1, low: 2), generation: "g")
        let text = String(decoding: event, as: UTF8.self)
        #expect(text.hasPrefix("event: error\ndata: ") && text.hasSuffix("\n\n"))
        let body = try JSONValue(parsing: Array(text.dropFirst(19).utf8))
        #expect(body["type"] == .string("error"))
        #expect(body["sequence_number"] == .number("4"))
        #expect(body["message"] == .string("cut") && body["error"]?["message"] == .string("cut"))
    }
}

@Suite struct ResponseReaderTests {
    private func decode(_ body: String) throws -> AnswerReading {
        try OpenAIAdapter().decode(.responses, status: 200, body: Array(body.utf8), now: 0)
    }

    @Test func readsAWholeAnswer() throws {
        let reading = try decode(
            #"{"id":"resp_1","model":"m","status":"completed","error":null,"service_tier":"flex","#
                + #""output":[{"type":"message"}],"usage":{"input_tokens":9,"output_tokens":1},"#
                + #""tool_usage":{"web_search":{"num_requests":2}}}"#)
        var usage = Usage(input: 9, output: 1)
        usage.extras = ["web_search": 2]
        #expect(reading.usage == usage)
        #expect([reading.id, reading.tier, reading.finishReason] == ["resp_1", "flex", "completed"])
    }

    @Test func callsOfTheVendorsToolsAreCountedWhereItsUsageDoesNot() throws {
        func extras(_ more: String, _ dialect: UsageDialect = .openai) throws -> [String: Int64]? {
            let body =
                #"{"status":"completed","usage":{"input_tokens":9,"output_tokens":1},"output":[{"type":"web_search_call"},"#
                + #"{"type":"web_search_call"},{"type":"file_search_call"},{"type":"code_interpreter_call"},"#
                + #"{"type":"mcp_call"},{}]\#(more)}"#
            return try OpenAIAdapter(OpenAIQuirks(usage: dialect))
                .decode(.responses, status: 200, body: Array(body.utf8), now: 0).usage?.extras
        }
        #expect(try extras("") == ["web_search": 2, "file_search": 1])
        #expect(try extras("", .xai) == ["web_search": 2, "file_search": 1, "code_interpreter": 1])
        #expect(try extras(#","tool_usage":{"web_search":{"num_requests":5}}"#) == ["web_search": 5, "file_search": 1])
    }

    @Test func onlyASearchIsASearchAndNoneIsANumber() throws {
        let items = ["search", "open_page", "find_in_page", "search"]
            .map { #"{"type":"web_search_call","action":{"type":"\#($0)"}}"# }.joined(separator: ",")
        func extras(_ more: String) throws -> [String: Int64]? {
            try decode(
                #"{"status":"completed","usage":{"input_tokens":9,"output_tokens":1},"output":[\#(items)]\#(more)}"#
            ).usage?.extras
        }
        #expect(try extras("") == ["web_search": 2])
        #expect(try extras(#","tool_usage":{"web_search":{"num_requests":0}}"#) == nil)
    }

    @Test(arguments: [
        (UsageDialect.xai, #""num_sources_used":4"#, ["search_sources": 4]),
        (.openrouter, #""server_tool_use":{"web_search_requests":2}"#, ["web_search": 2]),
    ])
    func searchesThatOneVendorCountsAreRead(dialect: UsageDialect, figure: String, extras: [String: Int64]) throws {
        let body = #"{"status":"completed","output":[],"usage":{"input_tokens":9,"output_tokens":1,\#(figure)}}"#
        let adapter = OpenAIAdapter(OpenAIQuirks(usage: dialect))
        let reading = try adapter.decode(.responses, status: 200, body: Array(body.utf8), now: 0)
        #expect(reading.usage?.extras == extras)
    }

    @Test func whatAVendorSaysItCostIsTheCharge() throws {
        let body =
            #"{"status":"completed","output":[],"usage":{"input_tokens":9,"output_tokens":1,"cost":0.00095}}"#
        let adapter = OpenAIAdapter(OpenAIQuirks(usage: .openrouter))
        let reading = try adapter.decode(.responses, status: 200, body: Array(body.utf8), now: 0)
        #expect(reading.usage?.extras == [Usage.vendorCost: 950_000])
        #expect(try decode(body).usage?.extras == [Usage.vendorCost: 950_000])
    }

    @Test(arguments: [
        "[]", "", #"{"status":"completed"}"#, #"{"output":[]}"#, #"{"status":"queued","output":[]}"#,
        #"{"status":"failed","error":{"code":"server_error","message":"x"},"output":[]}"#,
        #"{"error":{"message":"x"}}"#,
    ])
    func whatIsNoAnswerIsAFailure(body: String) {
        #expect(throws: UpstreamFailure.self) { try decode(body) }
    }

    @Test func usageOfAFailureIsKept() throws {
        let failure = try #require(throws: UpstreamFailure.self) {
            try decode(
                #"{"status":"failed","error":{"code":"server_error","message":"x"},"output":[],"#
                    + #""usage":{"input_tokens":9,"output_tokens":1}}"#)
        }
        #expect(failure.usage == Usage(input: 9, output: 1))
    }
}

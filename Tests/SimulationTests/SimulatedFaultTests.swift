import JSON
import Simulation
import Testing

@Suite struct SimulatedFaultTests {
    private func answer(_ model: String, isStream: Bool) -> SimulatedAnswer {
        let body = #"{"model":"\#(model)","stream":\#(isStream),"messages":[{"role":"user","content":"hello"}]}"#
        return SimulatedProvider().script(method: "POST", path: "/v1/chat/completions", body: Array(body.utf8))
    }

    private func text(_ answer: SimulatedAnswer) -> String { String(decoding: answer.body, as: UTF8.self) }

    @Test(
        arguments: [
            ("sim-429", 429, "rate_limit_exceeded"), ("sim-500", 500, nil), ("sim-quota", 429, "insufficient_quota"),
            ("sim-context", 400, "context_length_exceeded"), ("sim-auth", 401, "invalid_api_key"),
        ] as [(String, Int, String?)])
    func refuses(model: String, status: Int, code: String?) throws {
        for isStream in [true, false] {
            let answer = answer(model, isStream: isStream)
            #expect(answer.status == status)
            #expect(try JSONValue(parsing: answer.body)["error"]?["code"]?.stringValue == code)
            #expect(answer.steps.last == .end)
        }
        #expect(answer("sim-429", isStream: false).headers.contains { $0 == ("retry-after", "1") })
    }

    @Test func hangsBeforeTheHead() {
        #expect(answer("sim-hang", isStream: false).beforeHead == [.hang])
    }

    @Test func breaksOffInTheMiddle() {
        for (model, last) in [("sim-hang-stream", SimulatedAnswer.Step.hang), ("sim-reset-stream", .reset)] {
            let stream = answer(model, isStream: true)
            #expect(stream.steps.last == last)
            #expect(!text(stream).contains("[DONE]") && !text(stream).contains("\"stop\""))
            let whole = answer(model, isStream: false)
            #expect(whole.steps.last == last)
            #expect(whole.body.count < whole.contentLength ?? 0)
        }
    }

    @Test func endsTooEarlyAsIfItWereWhole() {
        let stream = answer("sim-truncated", isStream: true)
        #expect(stream.steps.last == .end)
        #expect(!text(stream).contains("[DONE]") && !text(stream).contains("\"stop\""))
        #expect(throws: JSONError.self) { try JSONValue(parsing: answer("sim-truncated", isStream: false).body) }
    }

    @Test func sendsBrokenJSON() {
        #expect(text(answer("sim-malformed", isStream: true)).hasSuffix("[{\"index\":0,\n\n"))
        #expect(throws: JSONError.self) { try JSONValue(parsing: answer("sim-malformed", isStream: false).body) }
    }

    @Test func leavesUsageOut() {
        #expect(!text(answer("sim-no-usage", isStream: false)).contains("prompt_tokens"))
        #expect(text(answer("sim-no-usage", isStream: true)).hasSuffix("[DONE]\n\n"))
    }

    @Test func failsWithStatus200() throws {
        let whole = answer("sim-error-200", isStream: false)
        #expect(whole.status == 200)
        #expect(try JSONValue(parsing: whole.body)["error"]?["code"] == .string("server_error"))
        #expect(text(answer("sim-error-200", isStream: true)).contains("data: {\"error\":"))
    }

    @Test func answersWithAPage() {
        let page = answer("sim-garbage", isStream: true)
        #expect(page.status == 200)
        #expect(page.headers.contains { $0 == ("content-type", "text/html") })
    }

    @Test func isAsHugeAsItIsTold() {
        #expect(answer("sim-huge:bytes=100000", isStream: false).body.count > 100_000)
        #expect(answer("sim-huge:bytes=100000,chunks=10", isStream: true).body.count > 100_000)
    }
}

import JSON
import Simulation
import Testing

@Suite struct SimulatedProviderTests {
    private func ask(_ body: String, at path: String = "/v1/chat/completions") -> SimulatedAnswer {
        SimulatedProvider().script(method: "POST", path: path, body: Array(body.utf8))
    }

    private func chat(_ model: String, _ rest: String = "") -> SimulatedAnswer {
        ask(#"{"model":"\#(model)","messages":[{"role":"user","content":"Why is the sky blue?"}]\#(rest)}"#)
    }

    private func json(_ answer: SimulatedAnswer) throws -> JSONValue {
        try JSONValue(parsing: answer.body)
    }

    /// The data of a stream's events.
    private func events(_ answer: SimulatedAnswer) -> [String] {
        String(decoding: answer.body, as: UTF8.self).split(separator: "\n\n").map { String($0.dropFirst(6)) }
    }

    private func values(_ answer: SimulatedAnswer) throws -> [JSONValue] {
        try events(answer).filter { $0 != "[DONE]" }.map { try JSONValue(parsing: Array($0.utf8)) }
    }

    @Test func theSameQuestionHasTheSameAnswer() {
        #expect(chat("sim-small").body == chat("sim-small").body)
        #expect(chat("sim-small").body != chat("sim-large").body)
    }

    @Test func answersTheQuestionAndCountsIt() throws {
        let answer = try json(chat("sim-small"))
        let choice = try #require(answer["choices"]?.arrayValue?.first)
        let text = try #require(choice["message"]?["content"]?.stringValue)
        #expect(text.hasPrefix("You said: Why is the sky blue?."))
        #expect(choice["finish_reason"] == .string("stop"))
        #expect(answer["usage"]?["prompt_tokens"] == .integer(3 + 4 + 5))  // 20 bytes are 5 tokens
        #expect(answer["usage"]?["completion_tokens"] == .integer(text.split(separator: " ").count))
    }

    @Test func aStreamSaysWhatTheWholeAnswerSays() throws {
        for model in ["sim-small", "sim-large", "sim-small:chunks=3", "sim-small:bytes=600,chunks=50"] {
            let whole = try json(chat(model))
            let streamed = try values(chat(model, #","stream":true,"stream_options":{"include_usage":true}"#))
            let text = streamed.compactMap { $0["choices"]?.arrayValue?.first?["delta"]?["content"]?.stringValue }
            #expect(.string(text.joined()) == whole["choices"]?.arrayValue?.first?["message"]?["content"])
            #expect(streamed.last?["usage"] == whole["usage"])
            #expect(streamed.last?["choices"] == .array([]))
            #expect(streamed.dropLast().allSatisfy { $0["usage"] == .null })
        }
        #expect(events(chat("sim-small:bytes=600,chunks=50", #","stream":true"#)).count == 1 + 50 + 1 + 1)
    }

    @Test func usageIsSentOnlyWhenAsked() throws {
        let answer = chat("sim-small", #","stream":true"#)
        #expect(try values(answer).allSatisfy { $0["usage"] == nil })
        #expect(events(answer).last == "[DONE]")
    }

    @Test(arguments: [1, 5, 1000])
    func theLimitHolds(limit: Int) throws {
        for member in ["max_tokens", "max_completion_tokens"] {
            let answer = try json(chat("sim-small:reasoning=3", #","\#(member)":\#(limit)"#))
            let tokens = try #require(answer["usage"]?["completion_tokens"]?.integerValue)
            #expect(tokens <= limit)
            let reason = answer["choices"]?.arrayValue?.first?["finish_reason"]
            #expect(reason == .string(limit < 1000 ? "length" : "stop"))
        }
    }

    @Test func severalChoicesAreAllBilled() throws {
        let answer = try json(chat("sim-small", #","n":3,"max_tokens":4"#))
        #expect(answer["choices"]?.arrayValue?.count == 3)
        #expect(answer["usage"]?["completion_tokens"] == .integer(12))
    }

    @Test func stopsBeforeAStopSequence() throws {
        let answer = try json(chat("sim-small", #","stop":["nowhere"," sky"]"#))
        #expect(answer["choices"]?.arrayValue?.first?["message"]?["content"] == .string("You said: Why is the"))
    }

    @Test func optionsOfTheNameSetPaceAndUsage() throws {
        let answer = chat("sim-small:delay=60,gap=20,chunks=2,cached=4,reasoning=7", #","stream":true"#)
        #expect(answer.beforeHead == [.pause(milliseconds: 60)])
        #expect(answer.steps.filter { $0 == .pause(milliseconds: 20) }.count == 4)
        let usage = try #require(try json(chat("sim-small:cached=4,reasoning=7"))["usage"])
        #expect(usage["prompt_tokens_details"]?["cached_tokens"] == .integer(4))
        #expect(usage["completion_tokens_details"]?["reasoning_tokens"] == .integer(7))
    }

    @Test(arguments: [
        "sim-none", "gpt-4", "sim-small:", "sim-small:x=1", "sim-small:delay=-1", "sim-small:delay=x", "",
    ])
    func whatIsNoModelIsNotFound(model: String) throws {
        let answer = chat(model)
        #expect(answer.status == 404)
        #expect(try json(answer)["error"]?["code"] == .string("model_not_found"))
    }

    @Test func callsTheToolThatItIsOffered() throws {
        let tools =
            #","tools":[{"type":"function","function":{"name":"weather","parameters":{"type":"object","#
            + #""properties":{"city":{"type":"string"},"days":{"type":"integer"},"unit":{"enum":["C","F"]}}}}}]"#
        let choice = try #require(try json(chat("sim-tools", tools))["choices"]?.arrayValue?.first)
        let function = choice["message"]?["tool_calls"]?.arrayValue?.first?["function"]
        let arguments = #"{"city":"Why is the sky blue?","days":1,"unit":"C"}"#
        #expect(function?["name"] == .string("weather"))
        #expect(function?["arguments"] == .string(arguments))
        #expect(choice["finish_reason"] == .string("tool_calls"))

        let deltas = try values(chat("sim-tools", tools + #","stream":true"#)).compactMap {
            $0["choices"]?.arrayValue?.first?["delta"]?["tool_calls"]?.arrayValue?.first
        }
        #expect(deltas.first?["id"] == .string("call_sim0"))
        #expect(deltas.compactMap { $0["function"]?["arguments"]?.stringValue }.joined() == arguments)
        #expect(try json(chat("sim-small", tools))["choices"]?.arrayValue?.first?["finish_reason"] == .string("stop"))
    }

    @Test func answersInTheFormOfASchema() throws {
        let format =
            #","response_format":{"type":"json_schema","json_schema":{"name":"x","schema":"#
            + #"{"type":"object","properties":{"ok":{"type":"boolean"},"list":{"type":"array","items":{"type":"number"}}}}}}"#
        let answer = try json(chat("sim-small", format))
        #expect(answer["choices"]?.arrayValue?.first?["message"]?["content"] == .string(#"{"ok":true,"list":[1]}"#))
    }

    @Test func completionsWork() throws {
        let body = #"{"model":"sim-small","prompt":"Once upon","max_tokens":6"#
        let whole = try json(ask(body + "}", at: "/v1/completions"))
        #expect(whole["object"] == .string("text_completion"))
        let text = try values(ask(body + #","stream":true}"#, at: "/v1/completions"))
            .compactMap { $0["choices"]?.arrayValue?.first?["text"]?.stringValue }.joined()
        #expect(.string(text) == whole["choices"]?.arrayValue?.first?["text"])
        #expect(text.hasPrefix("You said: Once upon."))
    }

    @Test func embeddingsAreTheSameInBothFormats() throws {
        let body = #"{"model":"sim-embedding","input":["a","b"],"dimensions":3"#
        let floats = try json(ask(body + "}", at: "/v1/embeddings"))
        let vector = try #require(floats["data"]?.arrayValue?.first?["embedding"]?.arrayValue)
        #expect(floats["data"]?.arrayValue?.count == 2)
        #expect(vector.count == 3)
        #expect(abs(vector.reduce(0) { $0 + ($1.doubleValue ?? 9) * ($1.doubleValue ?? 9) } - 1) < 1e-6)
        #expect(
            floats["usage"]
                == .object([JSONMember("prompt_tokens", .integer(2)), JSONMember("total_tokens", .integer(2))]))

        let packed = try json(ask(body + #","encoding_format":"base64"}"#, at: "/v1/embeddings"))
        let text = try #require(packed["data"]?.arrayValue?.first?["embedding"]?.stringValue)
        #expect(text.utf8.count == 16)
    }

    @Test func listsItsModels() throws {
        let answer = SimulatedProvider().script(method: "GET", path: "/v1/models", body: [])
        let names = try json(answer)["data"]?.arrayValue?.compactMap { $0["id"]?.stringValue }
        #expect(names == SimulatedProvider.modelNames)
    }

    @Test(arguments: [
        ("GET", "/v1/chat/completions", 405), ("POST", "/v1/models", 405), ("POST", "/v1/other", 404),
        ("POST", "/v1/chat/completions?x=1", 400), ("POST", "/chat/completions", 400), ("POST", "/v1/embeddings", 400),
    ])
    func othersAreRefusedInOpenAIsEnvelope(method: String, path: String, status: Int) throws {
        let answer = SimulatedProvider().script(method: method, path: path, body: Array("{".utf8))
        #expect(answer.status == status)
        #expect(try json(answer)["error"]?["message"]?.stringValue?.isEmpty == false)
    }

    @Test func noBytesTrap() {
        let text =
            #"{"model":"sim-tools","messages":[{"role":"user","content":"a"}],"tools":[{"function":{"name":"f"}}],"n":2}"#
        for _ in 0..<2000 {
            var body = Array(text.utf8)
            for _ in 0..<3 { body[Int.random(in: 0..<body.count)] = Array("{}[]\",:a1".utf8).randomElement() ?? 0 }
            for path in ["/v1/chat/completions", "/v1/completions", "/v1/embeddings"] {
                _ = SimulatedProvider().script(method: "POST", path: path, body: body)
            }
        }
    }
}

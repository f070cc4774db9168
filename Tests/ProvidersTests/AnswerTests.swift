import Inference
import JSON
import Providers
import Testing

@Suite struct AnswerTests {
    private func decode(_ body: String, status: Int = 200) throws -> AnswerReading {
        try OpenAIAdapter().decode(status: status, body: Array(body.utf8), now: 0)
    }

    @Test func readsWhatIsBilledAndShown() throws {
        let reading = try decode(
            """

              {"id":"chatcmpl-1","object":"chat.completion","model":"gpt-6.1-terra-2026-10-01","service_tier":"priority",
             "choices":[{"index":0,"message":{"role":"assistant","content":"Hi","tool_calls":[{"usage":{}}]},
             "logprobs":null,"finish_reason":"length"}],"usage":{"prompt_tokens":9,"completion_tokens":1},"x":[[[{}]]]}
            """)
        #expect(reading.usage == Usage(input: 9, output: 1))
        #expect(reading.tier == "priority")
        #expect(reading.model == "gpt-6.1-terra-2026-10-01")
        #expect(reading.id == "chatcmpl-1")
        #expect(reading.finishReason == "length")
    }

    @Test func onlyTheAnswersOwnUsageCounts() throws {
        let reading = try decode(
            #"{"choices":[{"finish_reason":null,"usage":{"prompt_tokens":1},"text":"\"usage\":{\"prompt_tokens\":2}"}]}"#
        )
        #expect(reading.usage == nil)
        #expect(reading.finishReason == nil)
    }

    @Test func embeddingsAreRead() throws {
        let reading = try decode(
            #"{"object":"list","data":[{"index":0,"embedding":[0.1,-2e-5]}],"model":"e","usage":{"prompt_tokens":3,"total_tokens":3}}"#
        )
        #expect(reading.usage == Usage(input: 3, output: 0))
    }

    @Test(arguments: [
        "", "It works!", "<html>", "[]", "null", #"{"choices":[{}]"#, #"{"choices":[{}]} x"#, #"{"choices":[{},]}"#,
        #"{"choices":[{"a":01}]}"#, #"{"choices":[{"a":tru}]}"#, #"{"choices":["\x"]}"#, "{\"choices\":[\"\n\"]}",
        #"{"choices" [{}]}"#, #"{"choices":[{}]]"#, #"{"object":"chat.completion"}"#, #"{"choices":[]}"#,
        #"{"choices":null}"#,
    ])
    func aSuccessThatCannotBeReadIsAFailure(body: String) throws {
        let failure = try #require(throws: UpstreamFailure.self) { try decode(body) }
        #expect(failure.kind == .malformedAnswer)
        #expect(!failure.isNotBilled)
        #expect(failure.gatewayError.status == 502)
    }

    @Test func anErrorWithStatus200IsAFailureAndItsUsageIsBilled() throws {
        let failure = try #require(throws: UpstreamFailure.self) {
            try decode(#"{"error":{"message":"busy","code":503},"usage":{"prompt_tokens":4,"completion_tokens":0}}"#)
        }
        #expect(failure.kind == .unavailable)
        #expect(failure.code == "503")
        #expect(failure.usage == Usage(input: 4, output: 0))
        #expect(!failure.isNotBilled)
    }

    @Test func anEmptyErrorMemberIsNone() throws {
        #expect(try decode(#"{"error":null,"choices":[{}]}"#).usage == nil)
    }

    @Test func deepAnswersAreRefusedAndDoNotTrap() throws {
        let deep = #"{"choices":\#(String(repeating: "[", count: 100_000))"#
        #expect(throws: UpstreamFailure.self) { try decode(deep) }
    }

    /// The skim of an answer against the whole parser: what one takes for JSON, so does the other.
    @Test func theSkimAcceptsExactlyWhatTheParserAccepts() {
        let text = #"{"choices":[{"a":-1.5e+3,"b":[true,false,null,{}],"c":"\u00e9\n"}],"x":{"y":[]},"z":0}"#
        let alphabet = Array(#"{}[]",:\ue0123-+.tfn x"#.utf8)
        for _ in 0..<20_000 {
            var body = Array(text.utf8)
            for _ in 0..<Int.random(in: 1...3) {
                let place = Int.random(in: 0..<body.count)
                switch Int.random(in: 0...2) {
                case 0: body[place] = alphabet.randomElement() ?? 0
                case 1: body.remove(at: place)
                default: body.insert(alphabet.randomElement() ?? 0, at: place)
                }
            }
            guard let expected = isObjectToTheParser(body) else { continue }
            #expect(isObjectToTheAdapter(body) == expected, "\(String(decoding: body, as: UTF8.self))")
        }
    }

    private func isObjectToTheAdapter(_ body: [UInt8]) -> Bool {
        do throws(UpstreamFailure) {
            _ = try OpenAIAdapter().decode(status: 200, body: body, now: 0)
            return true
        } catch {
            return error.message != "the answer is not a JSON object"
        }
    }

    /// Nil for what the parser refuses beyond the grammar: names that repeat, halves of surrogates, huge numbers.
    private func isObjectToTheParser(_ body: [UInt8]) -> Bool? {
        do throws(JSONError) {
            let document = try JSONDocument(body)
            return document.kind(document.root) == .object
        } catch {
            return ["twice", "surrogate", "too large"].contains { error.reason.contains($0) } ? nil : false
        }
    }
}

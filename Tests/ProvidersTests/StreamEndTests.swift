import Inference
import Providers
import Testing

/// When a stream counts as whole, however its bytes were cut.
@Suite struct StreamEndTests {
    /// What became of a stream that the upstream closed properly after `bytes`.
    private struct End: Equatable {
        var isWhole: Bool
        var output: [UInt8]
        var terminator: [UInt8]
    }

    private static func end(of bytes: [UInt8], in sizes: [Int], _ fresh: any StreamRelay) -> End {
        var relay = fresh
        var output: [UInt8] = []
        var rest = bytes[...]
        var turn = 0
        do throws(StreamFailure) {
            while !rest.isEmpty {
                let count = min(rest.count, sizes[turn % sizes.count])
                try relay.feed(Array(rest.prefix(count)), into: &output)
                rest = rest.dropFirst(count)
                turn += 1
            }
            try relay.end(into: &output)
        } catch {
            return End(isWhole: false, output: output, terminator: [])
        }
        return End(isWhole: relay.isTerminated, output: output, terminator: relay.terminator)
    }

    /// The same however the stream was cut: in one piece, byte by byte, and in pieces of random sizes.
    private func end(of text: String, _ relay: any StreamRelay) -> End {
        let bytes = Array(text.utf8)
        let whole = StreamEndTests.end(of: bytes, in: [max(1, bytes.count)], relay)
        #expect(StreamEndTests.end(of: bytes, in: [1], relay) == whole)
        for _ in 0..<20 {
            let sizes = (0..<7).map { _ in Int.random(in: 1...40) }
            #expect(StreamEndTests.end(of: bytes, in: sizes, relay) == whole, "\(sizes)")
        }
        return whole
    }

    private func chat(_ choices: Int64 = 1, isChat: Bool = true) -> OpenAIStreamRelay {
        OpenAIStreamRelay(hidesUsage: true, isChat: isChat, choices: choices)
    }

    private static func chunk(_ delta: String, _ reason: String = "null", index: Int? = 0) -> String {
        let place = index.map { #""index":\#($0),"# } ?? ""
        return #"data: {"choices":[{\#(place)"delta":\#(delta),"finish_reason":\#(reason)}]}"# + "\n\n"
    }

    private static let text = chunk(#"{"role":"assistant","content":"Hi"}"#)

    @Test(arguments: [
        #""""#, #""null""#, #""NULL""#, #""error""#, #""in_progress""#, #""st""#, #""stopped?""#, "0", "true", "{}",
        "null",
    ])
    func whatIsNoReasonIsNoEnd(reason: String) {
        let stream = StreamEndTests.text + StreamEndTests.chunk("{}", reason)
        #expect(!end(of: stream, chat()).isWhole)
        #expect(end(of: stream + "data: [DONE]\n\n", chat()).isWhole)  // the vendor says so itself
        let old = #"data: {"choices":[{"index":0,"text":"Hi","finish_reason":\#(reason)}]}"# + "\n\n"
        #expect(!end(of: old, chat(isChat: false)).isWhole)
    }

    @Test(arguments: [
        "stop", "length", "tool_calls", "content_filter", "function_call", "STOP", "eos", "eos_token", "end_turn",
        "stop_sequence", "COMPLETE", "MAX_TOKENS", "max_tokens", "model_length", "tool_use", "SAFETY", "refusal",
        "content_filter: RECITATION",
    ])
    func theReasonsOfVendorsAreEnds(reason: String) {
        let ended = end(of: StreamEndTests.text + StreamEndTests.chunk("{}", #""\#(reason)""#), chat())
        #expect(ended.isWhole)
        #expect(ended.terminator == Array("data: [DONE]\n\n".utf8))
        let old = #"data: {"choices":[{"text":"Hi","finish_reason":"\#(reason)"}]}"# + "\n\n"
        #expect(end(of: old, chat(isChat: false)).isWhole)
    }

    @Test func everyChoiceNamesAReasonOfItsOwn() {
        let (first, second) = (
            StreamEndTests.chunk("{}", #""stop""#), StreamEndTests.chunk("{}", #""stop""#, index: 1)
        )
        #expect(!end(of: StreamEndTests.text + first + first, chat(2)).isWhole)
        #expect(!end(of: StreamEndTests.text + second + second, chat(2)).isWhole)
        #expect(end(of: StreamEndTests.text + first + second, chat(2)).isWhole)
        let both =
            #"data: {"choices":[{"finish_reason":"stop","index":1,"delta":{}},{"delta":{},"finish_reason":"length","index":0}]}"#
        #expect(end(of: both + "\n\n", chat(2)).isWhole)
        let many = (0..<300).map { StreamEndTests.chunk(#"{"content":"x"}"#, #""stop""#, index: $0) }
        #expect(end(of: many.joined(), chat(300)).isWhole)
        #expect(!end(of: many.dropLast().joined(), chat(300)).isWhole)
        #expect(!end(of: (many.dropLast() + [many[200]]).joined(), chat(300)).isWhole)
    }

    @Test func whoWritesOnHasNotFinished() {
        let stop = StreamEndTests.chunk("{}", #""stop""#)
        #expect(!end(of: StreamEndTests.text + stop + StreamEndTests.text, chat()).isWhole)
        #expect(end(of: StreamEndTests.text + stop + StreamEndTests.text + stop, chat()).isWhole)
        // What comes after a reason and is no text changes nothing.
        for more in [#"{"role":"assistant","content":""}"#, "{}", #"{"content":null}"#] {
            #expect(end(of: StreamEndTests.text + stop + StreamEndTests.chunk(more), chat()).isWhole)
        }
        let filter =
            #"data: {"choices":[{"index":0,"content_filter_results":{"hate":{"severity":"safe"}},"delta":{}}]}"#
        #expect(end(of: StreamEndTests.text + stop + filter + "\n\n", chat()).isWhole)
        let call = #"{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]}"#
        #expect(!end(of: StreamEndTests.text + stop + StreamEndTests.chunk(call), chat()).isWhole)
    }

    @Test(arguments: ["", ": hello\n\n", "data: {\"choices\":[]}\n\n", chunk(#"{"role":"assistant","content":""}"#)])
    func aStreamOfNothingButItsEndIsNoAnswer(beginning: String) {
        #expect(!end(of: beginning + "data: [DONE]\n\n", chat()).isWhole)
        #expect(end(of: beginning + StreamEndTests.text + "data: [DONE]\n\n", chat()).isWhole)
    }

    @Test(arguments: ["data: [DONE]\n", "data: [DONE]", "data: [DONE]\r\n", "data:[DONE]\r", "event: x\ndata: [DONE]"])
    func theLastEventMayLackItsBlankLine(last: String) {
        let ended = end(of: StreamEndTests.text + StreamEndTests.chunk("{}", #""stop""#) + last, chat())
        #expect(ended.isWhole)
        #expect(ended.terminator.starts(with: last.utf8))
        #expect(ended.terminator.filter { $0 == 10 }.count >= 2 && ended.terminator.last == 10)
    }

    @Test func aLastEventWithoutItsBlankLineIsReadIfItIsWhole() {
        let stop = #"data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#
        let ended = end(of: StreamEndTests.text + stop, chat())
        #expect(ended.isWhole)
        #expect(ended.output == Array((StreamEndTests.text + stop + "\n\n").utf8))
        for count in 7..<stop.utf8.count {
            #expect(!end(of: StreamEndTests.text + String(stop.prefix(count)), chat()).isWhole)
        }
        let broken = StreamEndTests.text + stop + "\n\n" + #"data: {"choices":[],"usage":{"prompt_to"#
        #expect(!end(of: broken, chat()).isWhole)
    }

    @Test func theLastEventOfAResponseMayLackItsBlankLineToo() {
        let first = #"data: {"type":"response.output_text.delta","delta":"Hi"}"# + "\n\n"
        let last =
            #"data: {"type":"response.completed","response":{"status":"completed","output":[],"usage":{"input_tokens":1,"output_tokens":1}}}"#
        for newline in ["", "\n", "\r\n"] {
            let ended = end(of: first + last + newline, ResponsesStreamRelay())
            #expect(ended.isWhole)
            #expect(ended.output == Array(first.utf8))
        }
        #expect(!end(of: first + String(last.dropLast()), ResponsesStreamRelay()).isWhole)
    }
}

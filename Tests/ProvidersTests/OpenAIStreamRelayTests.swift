import Inference
import Providers
import Testing

@Suite struct OpenAIStreamRelayTests {
    /// What the client gets of a stream that arrives in `pieces`.
    private func relay(
        _ pieces: [[UInt8]], hidesUsage: Bool = true
    ) throws -> (relay: OpenAIStreamRelay, output: String) {
        var relay = OpenAIStreamRelay(hidesUsage: hidesUsage)
        var output: [UInt8] = []
        for piece in pieces { try relay.feed(piece, into: &output) }
        return (relay, String(decoding: output, as: UTF8.self))
    }

    /// `bytes` in random pieces of up to `largest` bytes.
    private func cut(_ bytes: [UInt8], largest: Int) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Int.random(in: 1...largest)
            pieces.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return pieces
    }

    @Test(arguments: RecordedStream.all)
    func passesEveryByteAndHoldsTheEndBack(stream: RecordedStream) throws {
        let ways = [[stream.bytes], stream.bytes.map { [$0] }] + (0..<40).map { _ in cut(stream.bytes, largest: 90) }
        for pieces in ways {
            for hidesUsage in [true, false] {
                let (relay, output) = try relay(pieces, hidesUsage: hidesUsage)
                let expected = stream.shown + (hidesUsage ? stream.restOfUsageEvent : stream.usageEvent)
                #expect(output.utf8.elementsEqual(expected.utf8))
                #expect(relay.isTerminated)
                #expect(relay.reading.usage == stream.usage)
                #expect(relay.reading.finishReason == stream.finishReason)
                #expect(relay.reading.tier == stream.tier)
                #expect(relay.reading.id?.isEmpty == false)
            }
        }
    }

    @Test(arguments: RecordedStream.all)
    func holdsTheUsageBackForWhoAddsToIt(stream: RecordedStream) throws {
        for pieces in [[stream.bytes], stream.bytes.map { [$0] }] {
            var relay = OpenAIStreamRelay(hidesUsage: false, holdsUsage: true)
            var output: [UInt8] = []
            for piece in pieces { try relay.feed(piece, into: &output) }
            #expect(output.elementsEqual(stream.shown.utf8))
            let ending = String(decoding: relay.ending(member: Array("{}".utf8), comment: [], at: 7), as: UTF8.self)
            let last = try #require(ending.split(separator: "\n").first?.dropFirst(6))
            #expect(last.hasSuffix(#","llmgw":{}}"#))
            guard !stream.usageEvent.isEmpty else { return #expect(last.contains(#""choices":[],"llmgw""#)) }
            #expect(
                stream.usageEvent.replacing("\ndata: ", with: " ").contains(last.replacing(#","llmgw":{}"#, with: "")))
        }
    }

    @Test func theTerminatorIsTheVendorsOwn() throws {
        #expect(try relay([RecordedStream.openAI.bytes]).relay.terminator == Array("data: [DONE]\n\n".utf8))
        let bytes = RecordedStream.deepSeek.bytes
        #expect(try relay(bytes.map { [$0] }).relay.terminator == Array("data: [DONE]\r\n\r\n".utf8))
        #expect(try relay([bytes]).relay.terminator == Array("data: [DONE]\r\n\r\n".utf8))
    }

    @Test func anEventGoesOutAsSoonAsItEnds() throws {
        var relay = OpenAIStreamRelay(hidesUsage: true)
        var output: [UInt8] = []
        let event = Array(#"data: {"choices":[{"delta":{"content":"a"}}]}"#.utf8)
        try relay.feed(event, into: &output)
        try relay.feed(Array("\n".utf8), into: &output)
        #expect(output.isEmpty)
        try relay.feed(Array("\ndata:".utf8), into: &output)
        #expect(output == event + Array("\n\n".utf8))
    }

    @Test(arguments: [
        #"data: {"error":{"message":"overloaded","type":"server_error","code":503}}"#,
        #"data: {"error":"overloaded"}"#,
        #"data: {"object":"error","message":"overloaded","code":503}"#,
        "event: error\ndata: {\"message\":\"overloaded\"}",
        #"error: {"message":"overloaded"}"#,
    ])
    func anErrorInAStreamIsAFailure(event: String) throws {
        var relay = OpenAIStreamRelay(hidesUsage: true)
        var output: [UInt8] = []
        let first = "data: {\"choices\":[{\"delta\":{}}]}\n\n"
        let failure = try #require(throws: StreamFailure.self) {
            try relay.feed(Array("\(first)\(event)\n\ndata: [DONE]\n\n".utf8), into: &output)
        }
        #expect(failure.kind == .upstreamError)
        #expect(failure.upstream?.message == "overloaded")
        #expect(!failure.gatewayError.message.contains("overloaded"))  // it could be a credential
        #expect(String(decoding: output, as: UTF8.self) == first)
        #expect(!relay.isTerminated)
    }

    @Test(arguments: [
        #"{"choices":[{"index":0"#, "hello", #"{"choices":[]}}"#, #"{"choices":[}]"#, "[]", "\"text\"",
        "{\"a\":\"\u{1}\"}",
        #"{"a":"\q"}"#, #"{"a":1,}"#, #"{"a":.5}"#, #"{"a":-}"#, #"{"a":1e}"#, #"{"a":"\u12G4"}"#, #"{a:1}"#,
        #"{"a" "b"}"#,
    ])
    func anEventThatIsNoObjectIsAFailure(data: String) throws {
        let failure = try #require(throws: StreamFailure.self) { try relay([Array("data: \(data)\n\n".utf8)]) }
        #expect(failure.kind == .malformed)
    }

    @Test func anEventWithoutDataIsNotPassedOnAsClientsFailOnIt() throws {
        #expect(try relay([Array("data:\n\n: c\n\n".utf8)]).output == ": c\n\n")
    }

    @Test(arguments: [
        ": llmgw cost=0.1 USD\n\n", ":llmgw cost=1\r\n\r\n", ":  LLMGW x\n: Llmgw\n\n", ":\tllmgw cost=2\n\n",
    ])
    func aCommentInTheGatewaysNameIsNotTheVendorsToMake(forged: String) throws {
        let text = #"data: {"choices":[{"delta":{"content":"a"}}]}"#
        let bytes = Array(
            "\(forged): llm\n\n: mine\n: llmgw cost=3\n\(text)\n\n\(forged)data: [DONE]\n: llmgw x\n\n".utf8)
        for pieces in [[bytes], bytes.map { [$0] }] {
            let (relay, output) = try relay(pieces)
            #expect(output.replacing("\r\n", with: "\n") == ": llm\n\n: mine\n\(text)\n\n")
            #expect(relay.terminator == Array("data: [DONE]\n\n".utf8))
        }
    }

    @Test func whatLlamaCppAddsToTheUsageIsNotHiddenWithIt() throws {
        let text =
            #"data: {"id":"c","model":"m","choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}"# + "\n\n"
        let usage = #""usage":{"prompt_tokens":1,"completion_tokens":2}"#
        let timings = #""timings":{"predicted_ms":1.5}"#
        let bytes = Array("\(text)data: {\"choices\":[],\(usage),\(timings)}\n\ndata: [DONE]\n\n".utf8)
        let (hiding, output) = try relay([bytes])
        #expect(
            output == text
                + #"data: {"choices":[{"index":0,"delta":{},"finish_reason":null}],\#(timings)}"# + "\n\n")
        #expect(hiding.reading.usage == Usage(input: 1, output: 2))
        #expect(try relay([bytes], hidesUsage: false).output.contains("\(usage),\(timings)"))
    }

    @Test func anEventAboveTheLimitIsAFailureAndNoneBelowIt() throws {
        var (short, output) = (OpenAIStreamRelay(hidesUsage: true, limit: 1 << 20), [UInt8]())
        let long = Array("data: ".utf8) + [UInt8](repeating: 0x20, count: 1 << 20)
        let failure = try #require(throws: StreamFailure.self) { try short.feed(long, into: &output) }
        #expect(failure.kind == .eventTooLong)
        let picture = String(repeating: "A", count: 3 << 20)
        let event = #"data: {"choices":[{"index":0,"delta":{"content":"\#(picture)"}}]}"# + "\n\n"
        #expect(try relay([Array(event.utf8)]).output == event)
    }

    @Test(arguments: RecordedStream.all)
    func aStreamThatEndsAnywhereBeforeItsEndIsCutShort(stream: RecordedStream) throws {
        let whole = Array((stream.shown + stream.usageEvent).utf8)
        let text = String(decoding: whole, as: UTF8.self)
        let finish = try #require(text.firstRange(of: "finish_reason\":\"\(stream.finishReason)"))
        let end = text[..<finish.upperBound].utf8.count
        for length in 0..<end {
            var (relay, _) = try relay([Array(whole[..<length])])
            let failure = #expect(throws: StreamFailure.self) { try relay.end() }
            #expect(failure?.kind == .cutShort)
            #expect(!relay.isTerminated && relay.terminator.isEmpty)
        }
    }

    @Test func aStreamThatFinishedWithoutATerminatorGetsOne() throws {
        var (relay, _) = try relay([Array(RecordedStream.mistral.shown.utf8)])
        try relay.end()
        #expect(relay.terminator == Array("data: [DONE]\n\n".utf8))
    }

    @Test func withoutATerminatorEveryChoiceMustHaveFinished() throws {
        var relay = OpenAIStreamRelay(hidesUsage: true, choices: 2)
        var output: [UInt8] = []
        try relay.feed(Array(RecordedStream.mistral.shown.utf8), into: &output)
        #expect(throws: StreamFailure.self) { try relay.end() }
        try relay.feed(Array("data: {\"choices\":[{\"index\":1,\"finish_reason\":\"stop\"}]}\n\n".utf8), into: &output)
        try relay.end()
        #expect(relay.isTerminated)
    }

    @Test func whatFollowsTheTerminatorIsDropped() throws {
        let text = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"
        let (relay, output) = try relay([
            Array("\(text)data: [DONE]\n\ndata: {\"x\":1}\n\n".utf8), Array("data: no\n\n".utf8),
        ])
        #expect(output == text)
        #expect(relay.isTerminated)
    }

    @Test func countsTheBytesOfTheAnswer() throws {
        let event = #"data: {"choices":[{"delta":{"content":"four"},"finish_reason":null}],"model":"long name"}"#
        #expect(try relay([Array("\(event)\n\n\(event)\n\n".utf8)]).relay.reading.outputBytes == 8)
    }

    @Test func noBytesTrap() throws {
        let alphabet = Array("data: {}[]\",:\\u0e1-.tfn\n\r".utf8)
        for _ in 0..<5000 {
            var relay = OpenAIStreamRelay(hidesUsage: true)
            var output: [UInt8] = []
            let noise = (0..<60).map { _ in alphabet.randomElement() ?? 0 }
            try? relay.feed(Array("data: {\"choices\":[".utf8) + noise + Array("\n\n".utf8), into: &output)
        }
    }
}

import HTTPTypes
import Inference
import JSON
import Providers
import Testing

private let completion =
    #"{"id":"c1","object":"chat.completion","created":5,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Hé","tool_calls":[{"id":"t1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13}}"#

private let response =
    #"{"id":"r1","object":"response","status":"completed","model":"m","output":[{"id":"i1","type":"message","role":"assistant","status":"completed","content":[{"type":"output_text","text":"Hé","annotations":[]}]},{"id":"i2","type":"function_call","call_id":"x","name":"f","arguments":"{}","status":"completed"}],"usage":{"input_tokens":9,"output_tokens":4,"total_tokens":13}}"#

private func request(_ endpoint: OpenAIRequest.Endpoint, stream: Bool = false) throws -> OpenAIRequest {
    let question = endpoint == .responses ? #""input":"Hi""# : #""messages":[{"role":"user","content":"Hi"}]"#
    let text = #"{"model":"m","stream":\#(stream),\#(question)}"#
    return try OpenAIRequest(JSONDocument(Array(text.utf8)), endpoint: endpoint)
}

private func unwrap(
    _ body: String, _ endpoint: OpenAIRequest.Endpoint = .chatCompletions
) throws -> (reading: AnswerReading, body: String) {
    let answer = try OpenAIAdapter().unwrap(
        request(endpoint), status: 200, header: { _ in nil }, body: Array(body.utf8), now: 0)
    return (answer.reading, String(decoding: answer.body, as: UTF8.self))
}

private func events(_ body: String, _ endpoint: OpenAIRequest.Endpoint = .chatCompletions) throws -> [UInt8] {
    try OpenAIAdapter().events(
        request(endpoint, stream: true), status: 200, header: { _ in nil }, body: Array(body.utf8), now: 0)
}

/// Relays `stream` cut at random, and returns what the relay read.
private func relayed(_ stream: [UInt8], _ endpoint: OpenAIRequest.Endpoint, largest: Int) throws -> any StreamRelay {
    var relay = OpenAIAdapter().relay(try request(endpoint, stream: true))
    var (rest, output) = (stream[...], [UInt8]())
    while !rest.isEmpty {
        let piece = rest.prefix(Int.random(in: 1...largest))
        try relay.feed(Array(piece), into: &output)
        rest = rest.dropFirst(piece.count)
    }
    try relay.end(into: &output)
    return relay
}

@Suite struct WrappingTests {
    @Test(arguments: [
        "\(completion)", "\u{FEFF}\(completion)", "\n\n \(completion)\r\n", ": OPENROUTER PROCESSING\n\n\(completion)",
        "// a comment\n\(completion)", "/* of\nmany lines */ \(completion)", "\(completion)\n\ndata: [DONE]\n\n",
        "\(completion)[DONE]", "data: \(completion)\n\ndata: [DONE]\n\n", "data: \(completion)",
        "event: message\ndata: \(completion)\n\n", "\(completion)\n: done\n",
    ])
    func aCompletionInAnyWrappingIsTheSame(body: String) throws {
        let answer = try unwrap(body)
        #expect(answer.reading.usage == Usage(input: 9, output: 4))
        #expect(answer.body.drop { $0 == " " || $0.isNewline }.hasPrefix(#"{"id":"c1""#))
        if !body.hasPrefix("\n") { #expect(answer.body == completion) }
    }

    @Test func aNumberThatIsNoneDoesNotSpoilAnAnswer() throws {
        let body = completion.replacing(
            #""finish_reason""#, with: #""logprobs":{"content":[{"logprob":-Infinity,"x":NaN}]},"finish_reason""#)
        #expect(try unwrap(body).reading.usage == Usage(input: 9, output: 4))
        let other = response.replacing(
            #""status":"completed","model""#, with: #""status":"completed","top_p":NaN,"model""#)
        #expect(try unwrap(other, .responses).reading.usage == Usage(input: 9, output: 4))
    }

    @Test func halfACharacterDoesNotSpoilAResponse() throws {
        let body = response.replacing("Hé", with: #"H\ud83d"#)
        #expect(try unwrap(body, .responses).reading.usage == Usage(input: 9, output: 4))
    }

    @Test(arguments: ["<html>", "It works!", "", "\(completion) trailing", "[]", "data: x\n\n", ": only\n"])
    func whatIsNoAnswerStaysNone(body: String) throws {
        let failure = try #require(throws: UpstreamFailure.self) { try unwrap(body) }
        #expect(failure.kind == .malformedAnswer)
    }

    @Test(arguments: [(completion, OpenAIRequest.Endpoint.chatCompletions), (response, .responses)])
    func aWholeAnswerBecomesAStreamAndBack(whole: String, endpoint: OpenAIRequest.Endpoint) throws {
        let stream = try events(whole, endpoint)
        for largest in [1, 7, 100_000] {
            let relay = try relayed(stream, endpoint, largest: largest)
            #expect(relay.isTerminated && relay.reading.usage == Usage(input: 9, output: 4))
        }
        let back = try unwrap(String(decoding: stream, as: UTF8.self), endpoint).body
        let (first, second) = (try JSONValue(parsing: Array(back.utf8)), try JSONValue(parsing: Array(whole.utf8)))
        for name in ["id", "model", "choices", "output", "usage", "status"] { #expect(first[name] == second[name]) }
    }

    @Test func linesOfChunksAreAStream() throws {
        let lines = String(decoding: try events(completion), as: UTF8.self).split(separator: "\n")
            .filter { $0.hasPrefix("data: {") }.map { $0.dropFirst(6) }.joined(separator: "\n")
        #expect(try unwrap(lines).reading.usage == Usage(input: 9, output: 4))
        #expect(try relayed(events(lines), .chatCompletions, largest: 50).reading.usage == Usage(input: 9, output: 4))
    }

    @Test func piecesOfAStreamBecomeOneAnswer() throws {
        func chunk(_ delta: String, _ reason: String = "null") -> String {
            "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":\(delta),\"finish_reason\":\(reason)}]}\n\n"
        }
        let stream =
            chunk(#"{"role":"assistant","content":""}"#) + chunk(#"{"content":"Hel"}"#) + chunk(#"{"content":"lo"}"#)
            + chunk(#"{"tool_calls":[{"index":0,"id":"t","type":"function","function":{"name":"f","arguments":""}}]}"#)
            + chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\""}}]}"#)
            + chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]}"#) + chunk("{}", #""tool_calls""#)
            + "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":5}}\n\ndata: [DONE]\n\n"
        let answer = try JSONValue(parsing: Array(unwrap(stream).body.utf8))
        let message = answer["choices"]?.arrayValue?.first?["message"]
        #expect(message?["content"]?.stringValue == "Hello" && message?["role"]?.stringValue == "assistant")
        let call = message?["tool_calls"]?.arrayValue?.first
        #expect(call?["function"]?["arguments"]?.stringValue == #"{"a":1}"# && call?["index"] == nil)
        #expect(answer["object"]?.stringValue == "chat.completion")
        #expect(answer["choices"]?.arrayValue?.first?["finish_reason"]?.stringValue == "tool_calls")
        #expect(try unwrap(stream).reading.usage == Usage(input: 3, output: 5))
    }

    /// As long as it takes to read them: what was put together is not copied for each piece.
    @Test func veryManyPiecesBecomeOneAnswer() throws {
        let piece = #"data: {"choices":[{"index":0,"delta":{"content":"word "},"finish_reason":null}]}"# + "\n\n"
        let end = #"data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"# + "\n\ndata: [DONE]\n\n"
        let answer = try JSONValue(parsing: Array(unwrap(String(repeating: piece, count: 5_000) + end).body.utf8))
        let content = answer["choices"]?.arrayValue?.first?["message"]?["content"]?.stringValue
        #expect(content == String(repeating: "word ", count: 5_000))
    }

    @Test func anAnswerOfMoreChoicesThanAnyHasIsNone() throws {
        let pieces = (0..<3_000).map { index in
            "data: {\"choices\":[{\"index\":\(index),\"delta\":{\"content\":\"x\"},\"finish_reason\":\"stop\"}]}\n\n"
        }
        #expect(throws: UpstreamFailure.self) { try unwrap(pieces.joined() + "data: [DONE]\n\n") }
    }

    @Test func aCutStreamIsNoWholeAnswer() throws {
        let stream = String(decoding: try events(completion), as: UTF8.self)
        let cut = String(stream.prefix(stream.count / 3))
        #expect(throws: UpstreamFailure.self) { try unwrap(cut) }
        let failure = try #require(throws: UpstreamFailure.self) {
            try unwrap(
                "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\ndata: {\"error\":{\"message\":\"busy\",\"code\":503}}\n\n"
            )
        }
        #expect(failure.message == "busy")
    }

    @Test func aWholeAnswerInTheFirstEventIsSeenAsSoonAsItIsThere() throws {
        let event = Array("data: \(completion)\n\n".utf8)
        for count in 0..<event.count {
            #expect(FirstEvent.of(Array(event.prefix(count)), .chatCompletions, isWhole: false) == .underWay)
        }
        #expect(FirstEvent.of(event, .chatCompletions, isWhole: false) == .whole)
        #expect(FirstEvent.of(Array("data: \(response)".utf8), .responses, isWhole: true) == .whole)
        for piece in [
            ": c\n\n", "data: [DONE]\n\n", "data: {\"choices\":[]}\n\n", "data: {\"error\":{}}\n\n", "data: x\n\n",
        ] {
            #expect(FirstEvent.of(Array(piece.utf8), .chatCompletions, isWhole: false) == .piece)
        }
        #expect(FirstEvent.of(try events(completion), .chatCompletions, isWhole: false) == .piece)
        #expect(FirstEvent.of(try events(response, .responses), .responses, isWhole: false) == .piece)
    }

    /// The beginning tells as soon as it can, and never something else than the whole does.
    @Test(arguments: [
        "\u{FEFF}{\"a\":1}", ": c\n: d\n\ndata: {}\n\n", "event: x\n", "  /* x */{}", "<html>", "da", "# x\n{}",
    ])
    func theBeginningTellsWhatTheWholeDoes(text: String) throws {
        let bytes = Array(text.utf8)
        let whole = try #require(AnswerWrapping.of(bytes, isWhole: true))
        for count in 0...bytes.count {
            guard let found = AnswerWrapping.of(Array(bytes.prefix(count)), isWhole: false) else { continue }
            #expect(found == whole)
        }
    }

    @Test(arguments: RecordedWire.all.filter { $0.endpoint != .embeddings })
    private func recordedAnswersAreTheSameInTheOtherWrapping(_ wire: RecordedWire) throws {
        guard let reading = try? wire.reading(), reading.usage != nil else { return }
        let text = String(decoding: wire.answer, as: UTF8.self)
        if wire.isStream {
            let answer = try unwrap(text, wire.endpoint).reading
            #expect(answer.usage == reading.usage && answer.textBytes == reading.textBytes)
        } else {
            let stream = try events(text, wire.endpoint)
            let relay = try relayed(stream, wire.endpoint, largest: 3000)
            #expect(relay.isTerminated && relay.reading.usage == reading.usage)
        }
    }
}

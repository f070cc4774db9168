import Inference
import JSON
import Providers
import Testing

/// Streams of chat completions as the events of a Response.
@Suite struct ResponsesBridgeRelayTests {
    private let request = #"{"model":"chat","input":"x","tools":[ {"type":"custom","name":"patch"},\#n{"name":"f"}]}"#

    private func relay(limit: Int = 1 << 20) throws -> ResponsesBridgeRelay {
        try ResponsesBridgeRelay(
            ResponseEnvelope(JSONDocument(Array(request.utf8)), id: "req_7", createdAt: 1_763_700_000), limit: limit)
    }

    /// A stream's chunks: a delta each, the last with its reason to finish.
    private func stream(_ deltas: [String], finish: String = "stop", usage: Bool = true) -> String {
        var text = ""
        for (index, delta) in deltas.enumerated() {
            let reason = index == deltas.count - 1 ? "\"\(finish)\"" : "null"
            text +=
                #"data: {"id":"c","object":"chat.completion.chunk","model":"gpt-x","choices":[{"index":0,"delta":\#(delta),"finish_reason":\#(reason)}]}"#
                + "\n\n"
        }
        if usage { text += #"data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2}}"# + "\n\n" }
        return text + "data: [DONE]\n\n"
    }

    /// What the client gets of a whole stream, the terminator included.
    private func events(_ stream: String) throws -> [JSONValue] {
        var relay = try relay()
        var output: [UInt8] = []
        try relay.feed(Array(stream.utf8), into: &output)
        #expect(relay.isTerminated)
        return try read(output + relay.terminator)
    }

    /// The events, each with its name and number checked.
    private func read(_ bytes: [UInt8]) throws -> [JSONValue] {
        let blocks = String(decoding: bytes, as: UTF8.self).split(separator: "\n\n").filter { !$0.hasPrefix(":") }
        return try blocks.enumerated().map { index, block in
            let lines = block.split(separator: "\n")
            let event = try JSONValue(parsing: Array(lines[1].dropFirst("data: ".count).utf8))
            #expect(lines.count == 2)
            #expect(lines[0] == "event: \(event["type"]?.stringValue ?? "")")
            #expect(event["sequence_number"]?.integerValue == Int64(index))
            return event
        }
    }

    private func types(_ events: [JSONValue]) -> [String] {
        events.map { ($0["type"]?.stringValue ?? "").replacing("response.", with: "", maxReplacements: 1) }
    }

    @Test func aTextIsToldInTheOrderOfTheAPI() throws {
        let events = try events(
            stream([#"{"role":"assistant","content":""}"#, #"{"content":"H\u00e9"}"#, #"{"content":" you"}"#, "{}"]))
        #expect(
            types(events) == [
                "created", "in_progress", "output_item.added", "content_part.added", "output_text.delta",
                "output_text.delta", "output_text.done", "content_part.done", "output_item.done", "completed",
            ])
        #expect(events[4]["delta"]?.stringValue == "Hé")
        #expect(events[6]["text"]?.stringValue == "Hé you")
        #expect(events[3]["item_id"]?.stringValue == "msg_7_0")
        let response = try #require(events.last?["response"])
        #expect(response["id"]?.stringValue == "resp_7")
        #expect(response["status"]?.stringValue == "completed")
        #expect(response["model"]?.stringValue == "gpt-x")
        #expect(response["output"]?.arrayValue == events[8]["item"].map { [$0] })
        #expect(response["usage"]?["input_tokens"]?.integerValue == 9)
        #expect(response["usage"]?["total_tokens"]?.integerValue == 11)
        #expect(events[0]["response"]?["status"]?.stringValue == "in_progress")
        #expect(events[0]["response"]?["usage"] == .null)
    }

    @Test func reasoningEndsWhereTheTextBeginsAndCallsGrowSideBySide() throws {
        let events = try events(
            stream(
                [
                    #"{"reasoning_content":"Hm"}"#, #"{"reasoning_content":"m."}"#, #"{"content":"So"}"#,
                    #"{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":""}}]}"#,
                    #"{"tool_calls":[{"index":1,"id":"c2","function":{"name":"patch","arguments":"{\"input\":"}}]}"#,
                    #"{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\""}},{"index":1,"function":{"arguments":" \"x\\ny\"}"}}]}"#,
                    #"{"tool_calls":[{"index":0,"id":"c1","function":{"arguments":":1}"}}]}"#,
                ], finish: "tool_calls"))
        #expect(
            types(events) == [
                "created", "in_progress",
                "output_item.added", "reasoning_summary_part.added", "reasoning_summary_text.delta",
                "reasoning_summary_text.delta", "reasoning_summary_text.done", "reasoning_summary_part.done",
                "output_item.done",
                "output_item.added", "content_part.added", "output_text.delta", "output_text.done", "content_part.done",
                "output_item.done",
                "output_item.added", "output_item.added", "function_call_arguments.delta",
                "function_call_arguments.delta",
                "function_call_arguments.done", "output_item.done",
                "custom_tool_call_input.delta", "custom_tool_call_input.done", "output_item.done",
                "completed",
            ])
        let output = try #require(events.last?["response"]?["output"]?.arrayValue)
        #expect(output.map { $0["id"]?.stringValue } == ["rs_7_0", "msg_7_1", "fc_7_2", "ctc_7_3"])
        #expect(output[2]["arguments"]?.stringValue == #"{"a":1}"#)
        #expect(output[3]["input"]?.stringValue == "x\ny")
        let done = events.filter { $0["type"]?.stringValue == "response.output_item.done" }
        #expect(done.map { $0["item"] } == output)
        #expect(done.map { $0["output_index"]?.integerValue } == [0, 1, 2, 3])
    }

    @Test func callsOfVendorsThatDoNotCountAreToldApart() throws {
        let events = try events(
            stream([
                #"{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"1"}}]}"#,
                #"{"tool_calls":[{"function":{"arguments":"2"}}]}"#,
                #"{"tool_calls":[{"id":"b","function":{"name":"f","arguments":"3"}}]}"#,
                #"{"tool_calls":[{"function":{"name":"g","arguments":"4"}}]}"#,
                #"{"tool_calls":[{"index":0,"id":"d","function":{"name":"g","arguments":"5"}}]}"#,
                #"{"tool_calls":[{"index":0,"id":"e","function":{"name":"g","arguments":"6"}}]}"#,
                #"{"tool_calls":[{"index":3,"id":"a","function":{"name":"g","arguments":"7"}}]}"#,
                #"{"tool_calls":[{"index":3,"id":"a","function":{"arguments":"8"}}]}"#,
            ]))
        let output = try #require(events.last?["response"]?["output"]?.arrayValue)
        #expect(output.map { $0["arguments"]?.stringValue } == ["12", "3", "4", "5", "6", "78"])
        #expect(output.map { $0["call_id"]?.stringValue } == ["a", "b", "call_7_2", "d", "e", "call_7_5"])
    }

    @Test func aCharacterThatIsSplitBetweenDeltasIsJoined() throws {
        let events = try events(
            stream([
                #"{"reasoning":"a\ud83d"}"#, #"{"reasoning":"\uDE00"}"#, #"{"content":"\ud83d"}"#, "{}",
                #"{"content":"\ude00b"}"#, #"{"content":"\\ud83d"}"#, #"{"content":"\\\ud83d"}"#,
                #"{"content":"\ude01\ud83d\ude02"}"#,
                #"{"tool_calls":[{"index":0,"id":"c1","function":{"name":"f","arguments":"\"\ud83d"}}]}"#,
                #"{"tool_calls":[{"index":1,"id":"c2","function":{"name":"f","arguments":"\"\ud83d"}}]}"#,
                #"{"tool_calls":[{"index":0,"function":{"arguments":"\ude00\""}}]}"#,
                #"{"tool_calls":[{"index":1,"function":{"arguments":"\ude01\""}}]}"#,
            ]))
        let deltas = events.filter { $0["type"]?.stringValue?.hasSuffix(".delta") ?? false }
        #expect(
            deltas.map { $0["delta"]?.stringValue } == [
                "a", "😀", "😀b", #"\ud83d"#, #"\"#, "😁😂", "\"", "\"", "😀\"", "😁\"",
            ])
        let output = try #require(events.last?["response"]?["output"]?.arrayValue)
        #expect(output[0]["summary"]?.arrayValue?.first?["text"]?.stringValue == "a😀")
        #expect(output[1]["content"]?.arrayValue?.first?["text"]?.stringValue == #"😀b\ud83d\😁😂"#)
        #expect(output[2...].map { $0["arguments"]?.stringValue } == [#""😀""#, #""😁""#])
    }

    @Test func halfACharacterIsAReplacementCharacter() throws {
        let events = try events(
            stream([
                #"{"content":"\ude00a\ud83d\ud83db\ud83d"}"#, #"{"content":"c\ud83d"}"#, #"{"refusal":"d\ud83d"}"#,
                #"{"tool_calls":[{"index":0,"id":"\ud83d","function":{"name":"f","arguments":"\ud83d"}}]}"#,
            ]))
        let deltas = events.filter { $0["type"]?.stringValue?.hasSuffix(".delta") ?? false }
        #expect(
            deltas.map { $0["delta"]?.stringValue } == [
                "\u{FFFD}a\u{FFFD}\u{FFFD}b", "\u{FFFD}c", "\u{FFFD}", "d", "\u{FFFD}", "\u{FFFD}",
            ])
        let output = try #require(events.last?["response"]?["output"]?.arrayValue)
        let parts = try #require(output[0]["content"]?.arrayValue)
        #expect(parts[0]["text"]?.stringValue == "\u{FFFD}a\u{FFFD}\u{FFFD}b\u{FFFD}c\u{FFFD}")
        #expect(parts[1]["refusal"]?.stringValue == "d\u{FFFD}")
        #expect(output[1]["arguments"]?.stringValue == "\u{FFFD}")
        #expect(output[1]["call_id"]?.stringValue == "\u{FFFD}")
    }

    @Test func aCallIsToldWhenItsNameIsKnown() throws {
        let events = try events(
            stream(
                [
                    #"{"tool_calls":[{"index":0,"id":"a","function":{"arguments":"1"}}]}"#,
                    #"{"tool_calls":[{"index":0,"function":{"name":"","arguments":"2"}}]}"#,
                    #"{"tool_calls":[{"index":1,"id":"b","function":{"name":"f","arguments":"3"}}]}"#,
                    #"{"tool_calls":[{"index":0,"function":{"name":"patch"}}]}"#,
                    #"{"tool_calls":[{"index":0,"function":{"arguments":"4"}},{"index":1,"function":{"arguments":"5"}}]}"#,
                    #"{"tool_calls":[{"id":"c","function":{"arguments":"6"}}]}"#,
                    #"{"tool_calls":[{"function":{"name":"g","arguments":"7"}}]}"#,
                    #"{"tool_calls":[{"function":{"arguments":"8"}}]}"#,
                ], finish: "tool_calls"))
        let output = try #require(events.last?["response"]?["output"]?.arrayValue)
        #expect(output.map { $0["name"]?.stringValue } == ["f", "patch", "g"])
        #expect(output.map { $0["call_id"]?.stringValue } == ["b", "a", "c"])
        #expect(output.map { ($0["arguments"] ?? $0["input"])?.stringValue } == ["35", "124", "678"])
        let added = events.filter { $0["type"]?.stringValue == "response.output_item.added" }
        #expect(added.map { $0["item"]?["name"] } == output.map { $0["name"] })
    }

    @Test func aCallThatNeverGetsANameIsToldAtTheEnd() throws {
        let events = try events(
            stream(
                [
                    #"{"tool_calls":[{"index":0,"id":"a","function":{"arguments":"1"}}]}"#,
                    #"{"tool_calls":[{"index":0,"id":"b","function":{"arguments":"2"}}]}"#,
                    #"{"content":"x"}"#,
                ], finish: "tool_calls"))
        let output = try #require(events.last?["response"]?["output"]?.arrayValue)
        #expect(output.map { $0["call_id"]?.stringValue } == ["a", nil, "b"])
        #expect(output.map { $0["name"]?.stringValue } == ["", nil, ""])
        #expect(output.map { $0["arguments"]?.stringValue } == ["1", nil, "2"])
    }

    @Test func aRefusalFollowsTheTextAsAPartOfItsOwn() throws {
        let events = try events(stream([#"{"content":"a"}"#, #"{"refusal":"I "}"#, #"{"refusal":"can't."}"#]))
        #expect(
            types(events).dropFirst(4) == [
                "output_text.delta", "output_text.done", "content_part.done", "content_part.added", "refusal.delta",
                "refusal.delta", "refusal.done", "content_part.done", "output_item.done", "completed",
            ])
        #expect(events[8]["content_index"]?.integerValue == 1)
        #expect(events[10]["refusal"]?.stringValue == "I can't.")
    }

    @Test func textAfterACallIsAMessageOfItsOwn() throws {
        let call = #"{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"{}"}}]}"#
        let events = try events(stream([#"{"content":"a"}"#, call, #"{"content":"b"}"#]))
        let output = try #require(events.last?["response"]?["output"]?.arrayValue)
        #expect(output.map { $0["type"]?.stringValue } == ["message", "function_call", "message"])
    }

    @Test func citationsAndLogProbabilitiesAreTold() throws {
        let events = try events(
            "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"logprobs\":{\"content\":[{\"token\":\"a\",\ndata: \"logprob\":-1}]}}]}\n\n"
                + stream([
                    #"{"annotations":[{"type":"url_citation","url_citation":{"start_index":0,"end_index":1,"url":"u","title":"t"}}]}"#
                ]))
        #expect(events[4]["logprobs"]?.arrayValue?.count == 1)
        #expect(types(events)[5] == "output_text.annotation.added")
        let part = events.last?["response"]?["output"]?.arrayValue?.first?["content"]?.arrayValue?.first
        #expect(part?["annotations"]?.arrayValue?.first?["url"]?.stringValue == "u")
        #expect(part?["logprobs"]?.arrayValue?.first?["token"]?.stringValue == "a")
    }

    @Test(arguments: [("length", "max_output_tokens"), ("content_filter", "content_filter")])
    func aStreamThatEndedEarlyIsIncomplete(finish: String, reason: String) throws {
        let events = try events(stream([#"{"content":"a"}"#], finish: finish))
        #expect(types(events).last == "incomplete")
        let response = try #require(events.last?["response"])
        #expect(response["incomplete_details"]?["reason"]?.stringValue == reason)
        #expect(response["output"]?.arrayValue?.first?["status"]?.stringValue == "incomplete")
    }

    @Test func theEndIsHeldBackUntilTheCallerHasSettled() throws {
        var relay = try relay()
        var output: [UInt8] = []
        try relay.feed(Array(stream([#"{"content":"a"}"#]).dropLast("data: [DONE]\n\n".count).utf8), into: &output)
        #expect(!relay.isTerminated && relay.isFinished && relay.terminator.isEmpty)
        #expect(relay.reading.usage == Usage(input: 9, output: 2))
        try relay.feed(Array("data: [DONE]\n\ndata: no\n\n".utf8), into: &output)
        #expect(relay.isTerminated)
        #expect(types(try read(output)).last == "output_text.delta")
        #expect(String(decoding: relay.terminator, as: UTF8.self).hasPrefix("event: response.output_text.done\n"))
    }

    @Test func aStreamWithoutDoneEndsWhenItsAnswerHadFinished() throws {
        var relay = try relay()
        var output: [UInt8] = []
        try relay.feed(Array(stream([#"{"content":"a"}"#]).dropLast("data: [DONE]\n\n".count).utf8), into: &output)
        try relay.end()
        #expect(types(try read(output + relay.terminator)).last == "completed")
    }

    @Test func aStreamOfNothingIsAnEmptyText() throws {
        let events = try events(stream(["{}"], usage: false))
        #expect(
            types(events) == [
                "created", "in_progress", "output_item.added", "content_part.added", "output_text.done",
                "content_part.done", "output_item.done", "completed",
            ])
        #expect(events.last?["response"]?["usage"] == .null)
    }

    @Test(arguments: [
        #"data: {"error":{"message":"overloaded"}}"#, "data: {", "data: hello",
        #"data: {"choices":[{"delta":{"content":"a","content":"b"}}]}"#,
        #"data: {"choices":[{"delta":{"content":"\u12g4"}}]}"#,
    ])
    func aStreamThatBreaksIsNeverCompleted(event: String) throws {
        let first = stream([#"{"content":"a"}"#, "{}"]).prefix { $0 != "\n" }
        var relay = try relay()
        var output: [UInt8] = []
        #expect(throws: StreamFailure.self) {
            try relay.feed(Array("\(first)\n\n\(event)\n\ndata: [DONE]\n\n".utf8), into: &output)
        }
        #expect(types(try read(output)).last == "output_text.delta")
        #expect(!relay.isTerminated && relay.terminator.isEmpty)
    }

    @Test func aStreamThatEndsAnywhereBeforeItsEndIsCutShort() throws {
        let deltas = [#"{"content":"a"}"#, #"{"tool_calls":[{"index":0,"id":"c","function":{"name":"f"}}]}"#, "{}"]
        let whole = Array(stream(deltas, finish: "tool_calls").utf8)
        let end = try #require(stream(deltas, finish: "tool_calls").firstRange(of: #""tool_calls"}]}"#))
        let count = stream(deltas, finish: "tool_calls")[..<end.lowerBound].utf8.count
        for length in 0..<count {
            var relay = try relay()
            var output: [UInt8] = []
            try relay.feed(Array(whole[..<length]), into: &output)
            #expect(throws: StreamFailure.self) { try relay.end() }
            #expect(!relay.isTerminated && relay.terminator.isEmpty)
        }
    }

    @Test(arguments: ["error", "insufficient_system_resource", "abort", "a reason that nobody knows"])
    func aReasonThatIsNotAnEndIsAFailure(finish: String) throws {
        var relay = try relay()
        var output: [UInt8] = []
        let bytes = Array(stream([#"{"content":"a"}"#], finish: finish).utf8)
        let failure = #expect(throws: StreamFailure.self) { try relay.feed(bytes, into: &output) }
        #expect(failure?.kind == .upstreamError)
        #expect(failure?.reason.contains("'\(finish)'") == true)
        #expect(!relay.isTerminated && relay.terminator.isEmpty)
    }

    @Test(arguments: ["", #"data: {"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}]}"# + "\n\n"])
    func aStreamWhoseModelNeverFinishedIsCutShort(chunks: String) throws {
        var relay = try relay()
        var output: [UInt8] = []
        let failure = #expect(throws: StreamFailure.self) {
            try relay.feed(Array("\(chunks)data: [DONE]\n\n".utf8), into: &output)
        }
        #expect(failure?.kind == .cutShort)
        #expect(!relay.isTerminated && relay.terminator.isEmpty)
    }

    @Test func anEngineThatNamesNoReasonIsBelievedWhenItSaysWhatItUsed() throws {
        var relay = try relay()
        var output: [UInt8] = []
        let stream = """
            data: {"choices":[{"index":0,"delta":{"content":"a"}}]}

            data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2}}

            data: [DONE]


            """
        try relay.feed(Array(stream.utf8), into: &output)
        #expect(relay.isTerminated)
        #expect(types(try read(output + relay.terminator)).last == "completed")
        #expect(relay.reading.usage == Usage(input: 9, output: 2))
    }

    @Test func anErrorHasTheNumberOfTheNextEvent() throws {
        var (relay, output) = (try relay(), [UInt8]())
        try relay.feed(
            Array(stream([#"{"content":"a"}"#, "{}"]).utf8.prefix { $0 != UInt8(ascii: "\n") } + [10, 10]),
            into: &output)
        let error = relay.errorEvent(
            GatewayError(502, "upstream_error", "broke"), requestID: RequestID(high: 0, low: 7), generation: "g")
        let last = try #require(try read(output + error).last)
        #expect(last["type"]?.stringValue == "error")
        #expect(last["message"]?.stringValue == "broke")
    }

    @Test func anAnswerLongerThanTheLimitIsAFailure() throws {
        var relay = try relay(limit: 2000)
        var output: [UInt8] = []
        let piece = Array(stream([#"{"content":"0123456789"}"#, "{}"]).utf8.prefix { $0 != 10 } + [10, 10])
        #expect(throws: StreamFailure.self) {
            for _ in 0..<200 { try relay.feed(piece, into: &output) }
        }
    }

    @Test func commentsKeepTheConnectionAlive() throws {
        var relay = try relay()
        var output: [UInt8] = []
        try relay.feed(Array(": OPENROUTER PROCESSING\r\n\r\n".utf8), into: &output)
        #expect(String(decoding: output, as: UTF8.self) == ": keep-alive\n\n")
    }
}

// MARK: However it is cut

extension ResponsesBridgeRelayTests {
    private struct Relayed: Equatable {
        var output: [UInt8] = []
        var terminator: [UInt8] = []
        var failure: StreamFailure.Kind?
        var reading = AnswerReading()
    }

    private func relayed(_ pieces: [[UInt8]]) throws -> Relayed {
        var relay = try relay()
        var result = Relayed()
        do {
            for piece in pieces { try relay.feed(piece, into: &result.output) }
            try relay.end()
        } catch {
            result.failure = error.kind
        }
        result.terminator = relay.terminator
        result.reading = relay.reading
        return result
    }

    private func pieces(_ bytes: [UInt8]) -> [[UInt8]] {
        var (pieces, rest) = ([[UInt8]](), bytes[...])
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 1...60))
            pieces.append(Array(piece))
            rest = rest.dropFirst(piece.count)
        }
        return pieces
    }

    @Test(arguments: RecordedStream.all)
    func theEventsAreTheSameHoweverTheStreamIsCut(stream: RecordedStream) throws {
        let whole = try relayed([stream.bytes])
        #expect(whole.failure == nil && !whole.terminator.isEmpty)
        #expect(try relayed(stream.bytes.map { [$0] }) == whole)
        for _ in 0..<30 { #expect(try relayed(pieces(stream.bytes)) == whole) }
        _ = try read(whole.output + whole.terminator)
    }

    @Test func noMutationOfAStreamTrapsOrDependsOnCuts() throws {
        let seeds =
            RecordedStream.all.map(\.bytes) + [
                Array(
                    stream([
                        #"{"reasoning":"a"}"#, #"{"content":[{"type":"text","text":"b"}]}"#,
                        #"{"tool_calls":[{"index":0,"id":"c","function":{"name":"patch","arguments":"{\"input\":\"d\"}"}}]}"#,
                    ]).utf8)
            ]
        let alphabet = Array("{}[]\",:\\ue0123-.tfn \n\r".utf8)
        for round in 0..<2000 {
            var bytes = seeds[round % seeds.count]
            for _ in 0..<Int.random(in: 1...4) {
                let place = Int.random(in: 0..<bytes.count)
                switch Int.random(in: 0...3) {
                case 0: bytes[place] = alphabet.randomElement() ?? 0
                case 1: bytes.remove(at: place)
                case 2: bytes.insert(contentsOf: bytes[place...].prefix(40), at: place)
                default: bytes.insert(alphabet.randomElement() ?? 0, at: place)
                }
            }
            let whole = try relayed([bytes])
            #expect(try relayed(pieces(bytes)) == whole)
            #expect((whole.failure == nil) == !whole.terminator.isEmpty)
            _ = try read(whole.output + whole.terminator)
        }
    }
}

import Inference
import JSON
import Providers
import Simulation
import Testing

/// The way of a request to a simulated model and back, as the pipeline goes it.
@Suite struct SimulatedAnswersTests {
    private struct Exchange {
        var request: OpenAIRequest
        var answer: SimulatedAnswer
    }

    private func exchange(_ model: String, _ rest: String = "") throws -> Exchange {
        let body =
            #"{"model":"chat","messages":[{"role":"system","content":""},{"role":"user","content":"ﷺ hello 漢字"}]\#(rest)}"#
        let request = try OpenAIRequest(JSONDocument(Array(body.utf8)), endpoint: .chatCompletions)
        let encoded = OpenAIAdapter().encode(request, model: model, limit: request.outputLimit ?? 64)
        let answer = SimulatedProvider().script(method: encoded.method, path: encoded.path, body: encoded.body)
        return Exchange(request: request, answer: answer)
    }

    private func decode(_ answer: SimulatedAnswer) throws -> AnswerReading {
        let headers = Dictionary(uniqueKeysWithValues: answer.headers.map { ($0.name, $0.value) })
        return try OpenAIAdapter().decode(status: answer.status, header: { headers[$0] }, body: answer.body, now: 0)
    }

    private func relay(_ exchange: Exchange) throws -> (relay: OpenAIStreamRelay, output: String) {
        var relay = OpenAIStreamRelay(
            hidesUsage: !exchange.request.includesUsage, choices: exchange.request.choices)
        var output: [UInt8] = []
        for step in exchange.answer.steps {
            if case .bytes(let bytes) = step { try relay.feed(bytes, into: &output) }
        }
        try relay.end()
        return (relay, String(decoding: output, as: UTF8.self))
    }

    @Test(arguments: ["sim-small", "sim-large", "sim-small:cached=5,reasoning=9", "sim-small:gap=1,chunks=7"])
    func aStreamIsBilledLikeAWholeAnswerAndWithinTheBound(model: String) throws {
        for rest in ["", #","n":3"#, #","max_tokens":5"#, #","max_completion_tokens":5"#] {
            let whole = try exchange(model, rest)
            let usage = try #require(try decode(whole.answer).usage)
            let (relay, output) = try relay(try exchange(model, rest + #","stream":true"#))
            #expect(relay.reading.usage == usage)
            #expect(!output.contains("prompt_tokens") && !output.contains("[DONE]"))

            let bound = try #require(whole.request.inputBound.tokens(contextWindow: nil))
            #expect(usage.totalInput <= bound)
            #expect(usage.totalOutput <= whole.request.choices * (whole.request.outputLimit ?? 64))
        }
    }

    @Test func aClientThatAskedForUsageGetsIt() throws {
        let (_, output) = try relay(
            try exchange("sim-small", #","stream":true,"stream_options":{"include_usage":true}"#))
        #expect(output.contains(#""choices":[],"usage":{"prompt_tokens":"#))
    }

    @Test(arguments: [
        ("sim-429", UpstreamFailure.Kind.rateLimited, true), ("sim-500", .unavailable, true),
        ("sim-quota", .quota, true),
        ("sim-context", .contextLength, true), ("sim-auth", .authentication, true), ("sim-none", .unknownModel, true),
        ("sim-truncated", .malformedAnswer, false), ("sim-malformed", .malformedAnswer, false),
        ("sim-garbage", .malformedAnswer, false), ("sim-error-200", .unavailable, false),
    ])
    func everyFaultIsKnown(model: String, kind: UpstreamFailure.Kind, isFree: Bool) throws {
        let answer = try exchange(model).answer
        let failure = try #require(throws: UpstreamFailure.self) { try decode(answer) }
        #expect(failure.kind == kind)
        #expect(failure.isNotBilled == isFree)
        #expect(!failure.gatewayError.message.contains("sk-sim"))
    }

    @Test(arguments: [
        ("sim-truncated", StreamFailure.Kind.cutShort), ("sim-malformed", .malformed),
        ("sim-error-200", .upstreamError),
        ("sim-hang-stream", .cutShort), ("sim-reset-stream", .cutShort), ("sim-garbage", .cutShort),
    ])
    func noBrokenStreamLooksFinished(model: String, kind: StreamFailure.Kind) throws {
        for pace in ["", ":gap=1"] {
            let broken = try exchange(model + pace, #","stream":true"#)
            let failure = try #require(throws: StreamFailure.self) { try relay(broken) }
            #expect(failure.kind == kind)
        }
    }

    @Test func anEndWithoutUsageIsKnownAsSuch() throws {
        #expect(try decode(try exchange("sim-no-usage").answer).usage == nil)
        #expect(try relay(try exchange("sim-no-usage", #","stream":true"#)).relay.reading.usage == nil)
    }
}

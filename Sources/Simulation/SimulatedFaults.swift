import JSON

extension SimulatedModel.Behaviour {
    /// The answer of a model that refuses every request; nil for the others.
    var refusal: SimulatedAnswer? {
        switch self {
        case .rateLimited:
            .error(429, "rate_limit_error", "rate_limit_exceeded", "too many requests", headers: [("retry-after", "1")])
        case .serverError:
            .error(500, "server_error", nil, "the simulated server failed")
        case .quota:
            .error(429, "insufficient_quota", "insufficient_quota", "the simulated quota is used up")
        case .contextLength:
            .error(
                400, "invalid_request_error", "context_length_exceeded",
                "This model's maximum context length is 8192 tokens.", param: "messages")
        case .authentication:
            .error(401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided: sk-sim-secret")
        case .garbage:
            SimulatedAnswer(whole: Array("<html><body>It works!</body></html>".utf8), type: "text/html")
        default: nil
        }
    }
}

extension SimulatedAnswer {
    /// An error in OpenAI's envelope.
    static func error(
        _ status: Int, _ type: String, _ code: String?, _ message: String, param: String? = nil,
        headers: [(name: String, value: String)] = []
    ) -> SimulatedAnswer {
        SimulatedAnswer(status: status, whole: errorBody(type, code, message, param), headers: headers)
    }

    static func errorBody(_ type: String, _ code: String?, _ message: String, _ param: String? = nil) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("error")
        writer.beginObject()
        writer.member("message", message)
        writer.member("type", type)
        writer.member("param", param)
        writer.member("code", code)
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }
}

extension SimulatedModel {
    /// A whole answer as this model gives it, faults included.
    ///
    /// - Parameter failure: what stands in its place when the model fails with status 200.
    func answer(whole body: [UInt8], failure: [UInt8]) -> SimulatedAnswer {
        var answer = SimulatedAnswer(whole: body)
        let half = Array(body.prefix(body.count / 2))
        switch behaviour {
        case .hangStream: answer.steps = [.bytes(half), .hang]
        case .resetStream: answer.steps = [.bytes(half), .reset]
        case .truncated, .malformed: answer = SimulatedAnswer(whole: half)
        case .errorInSuccess: answer = SimulatedAnswer(whole: failure)
        default: break
        }
        return answer
    }

    /// A stream as this model gives it, faults included.
    ///
    /// - Parameters:
    ///   - end: the events that say that the stream is over, whole or not.
    ///   - broken: an event that cannot be read.
    ///   - failure: the event of a model that fails after it has begun.
    func answer(events: [[UInt8]], end: [[UInt8]] = [], broken: String, failure: [UInt8]) -> SimulatedAnswer {
        let half = Array(events.prefix(max(2, events.count / 2)))
        let (sent, last): ([[UInt8]], SimulatedAnswer.Step) =
            switch behaviour {
            case .hangStream: (half, .hang)
            case .resetStream: (half, .reset)
            case .truncated: (half, .end)
            case .malformed: (half + [Array(broken.utf8)], .end)
            case .errorInSuccess: (half + [failure] + end, .end)
            default: (events + end, .end)
            }
        return SimulatedAnswer(events: sent, gap: pace.gap, endingWith: last)
    }
}

extension SimulatedGeneration {
    /// The answer as its model gives it, faults included.
    var answer: SimulatedAnswer {
        let (model, hasUsage) = (request.model, request.model.behaviour != .noUsage)
        guard request.isStream else {
            return model.answer(whole: whole(hasUsage: hasUsage), failure: SimulatedGeneration.lateError)
        }
        return model.answer(
            events: events(hasUsage: hasUsage), end: [SimulatedGeneration.terminator],
            broken: "data: {\"id\":\"chatcmpl-sim\",\"choices\":[{\"index\":0,\n\n",
            failure: Array("data: ".utf8) + SimulatedGeneration.lateError + Array("\n\n".utf8))
    }

    private static let lateError = SimulatedAnswer.errorBody(
        "server_error", "server_error", "the simulated server failed after it had begun")
}

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

extension SimulatedGeneration {
    /// The answer as its model gives it, faults included.
    var answer: SimulatedAnswer {
        request.isStream ? streamed : complete
    }

    private var complete: SimulatedAnswer {
        let behaviour = request.model.behaviour
        if behaviour == .errorInSuccess { return SimulatedAnswer(whole: SimulatedGeneration.lateError) }
        var answer = SimulatedAnswer(whole: whole(hasUsage: behaviour != .noUsage))
        let body = answer.body
        let half = Array(body.prefix(body.count / 2))
        switch behaviour {
        case .hangStream: answer.steps = [.bytes(half), .hang]
        case .resetStream: answer.steps = [.bytes(half), .reset]
        case .truncated, .malformed: answer = SimulatedAnswer(whole: half)
        default: break
        }
        return answer
    }

    private var streamed: SimulatedAnswer {
        let behaviour = request.model.behaviour
        let all = events(hasUsage: behaviour != .noUsage)
        let half = Array(all.prefix(max(2, all.count / 2)))
        let gap = request.model.pace.gap
        switch behaviour {
        case .hangStream: return SimulatedAnswer(events: half, gap: gap, endingWith: .hang)
        case .resetStream: return SimulatedAnswer(events: half, gap: gap, endingWith: .reset)
        case .truncated: return SimulatedAnswer(events: half, gap: gap, endingWith: .end)
        case .malformed:
            let broken = Array("data: {\"id\":\"chatcmpl-sim\",\"choices\":[{\"index\":0,\n\n".utf8)
            return SimulatedAnswer(events: half + [broken], gap: gap, endingWith: .end)
        case .errorInSuccess:
            let error = Array("data: ".utf8) + SimulatedGeneration.lateError + Array("\n\n".utf8)
            let events = half + [error, SimulatedGeneration.terminator]
            return SimulatedAnswer(events: events, gap: gap, endingWith: .end)
        default:
            return SimulatedAnswer(events: all + [SimulatedGeneration.terminator], gap: gap, endingWith: .end)
        }
    }

    private static let lateError = SimulatedAnswer.errorBody(
        "server_error", "server_error", "the simulated server failed after it had begun")
}

import Inference
import Providers

/// Answers of targets that do not speak the API of the request.
extension InferenceCall {
    private var isTranslated: Bool { sent.endpoint != request.endpoint }

    private var envelope: ResponseEnvelope {
        ResponseEnvelope(request.document, id: id.description, createdAt: startedAt / 1000)
    }

    /// Returns a whole answer in the API of the request.
    func translated(_ body: [UInt8], _ reading: AnswerReading) throws(UpstreamFailure) -> [UInt8] {
        isTranslated ? try ResponsesBridge.response(body, reading, in: envelope) : body
    }

    /// Returns what passes the attempt's stream on, in the API of the request.
    func relay(through adapter: OpenAIAdapter) -> any StreamRelay {
        let limit = generation.configuration.limits.maxAnswer
        guard isTranslated else { return adapter.relay(sent, holdsUsage: wantsBodyMember, limit: limit) }
        return ResponsesBridgeRelay(envelope, limit: limit)
    }
}

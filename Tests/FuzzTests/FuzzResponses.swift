import JSON
import Providers

/// What is translated between the Responses API and chat completions is JSON.
func fuzzResponses(_ bytes: [UInt8]) {
    guard let document = try? JSONDocument(bytes) else { return }
    for client in [ResponsesBridge.Client.responses, .chat] {
        guard let body = try? ResponsesBridge.chatBody(document, for: client) else { continue }
        precondition(isJSON(body), "a translated request is no JSON")
    }
    let envelope = ResponseEnvelope(document, id: "req_1", createdAt: 0)
    guard let reading = try? OpenAIAdapter().decode(status: 200, body: bytes, now: 0),
        let response = try? ResponsesBridge.response(bytes, reading, in: envelope)
    else { return }
    precondition(isJSON(response), "a translated answer is no JSON")
}

/// Some values lie deeper than they did.
private func isJSON(_ bytes: [UInt8]) -> Bool {
    var limits = JSONLimits()
    limits.maxDepth = 128
    limits.maxValues = 1 << 24
    return (try? JSONDocument(bytes, limits: limits)) != nil
}

extension ResponseEnvelope {
    /// Of a request with a tool that takes free text.
    static var forFuzzing: ResponseEnvelope {
        let request = #"{"model":"m","input":"x","tools":[{"type":"custom","name":"p"}]}"#
        guard let document = try? JSONDocument(Array(request.utf8)) else { preconditionFailure("no JSON") }
        return ResponseEnvelope(document, id: "req_1", createdAt: 0)
    }
}

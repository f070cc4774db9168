import CivilTime
import Crypto
import HTTPServer
import HTTPTypes
import Inference
import Ledger
import Providers

/// What the client sent in `Idempotency-Key`: the same key means the same call, which is billed once.
extension RequestHandler {
    /// Reads the header. A key is 1…255 visible ASCII characters; each application has keys of its own.
    static func idempotencyKey(
        _ exchange: HTTPExchange, _ caller: Caller, _ endpoint: OpenAIRequest.Endpoint
    ) throws(GatewayError) -> IdempotencyKey? {
        guard let key = exchange.head.fields["idempotency-key"] else { return nil }
        guard (1...255).contains(key.utf8.count), ASCII.isVisible(key) else {
            throw GatewayError(
                400, "invalid_value", "Idempotency-Key must be 1 to 255 visible ASCII characters",
                param: "idempotency-key")
        }
        let content = Array((endpoint.rawValue + "\n").utf8) + exchange.body
        return IdempotencyKey(
            application: caller.application.name, key: key, bodyHash: SHA256.hash(content).bytes)
    }

    /// What the client is told whose key is known already. Nothing is held for it, and nothing charged.
    static func refusal(of state: IdempotencyState) -> GatewayError {
        switch state {
        case .inFlight(let request):
            GatewayError(
                409, "in_progress",
                "\(request) with this Idempotency-Key is under way; ask again with the same key when it has ended",
                type: "conflict_error", retryAfter: 1, shouldRetry: true)
        case .done(let request, let status, let cost):
            GatewayError(
                409, "already_done",
                "\(request) with this Idempotency-Key is done (\(outcome(status, cost))) and its answer is not kept;"
                    + " use a new key for a new call", type: "conflict_error", shouldRetry: false)
        case .otherBody(let request):
            GatewayError(
                422, "idempotency_mismatch",
                "\(request) had this Idempotency-Key with another body; use a new key for another call",
                param: "idempotency-key")
        }
    }

    private static func outcome(_ status: Int?, _ cost: Money?) -> String {
        let status = status.map { "status \($0)" } ?? "cut off"
        return cost.map { "\(status), \($0)" } ?? status
    }

    /// Gives the client the answer that the first call with its key had. Returns false when that was not kept.
    func replay(_ call: InferenceCall) async -> Bool {
        guard let original = call.repeatOf, let stored = await gateway.content?.answer(of: original) else {
            return false
        }
        var fields = HTTPFields()
        appendID(original, to: &fields)
        fields.append("x-llmgw-generation", call.generation.id)
        fields.append("x-llmgw-replayed", "true")
        for line in stored.fields {
            let parts = line.split(separator: ": ", maxSplits: 1)
            if parts.count == 2 { fields.append(named: String(parts[0]), String(parts[1])) }
        }
        fields.append("content-type", stored.contentType)
        if stored.isStream {
            call.exchange.begin(status: stored.status, fields: fields)
            call.exchange.finish(stored.body)
        } else {
            call.exchange.respond(status: stored.status, fields: fields, body: stored.body)
        }
        gateway.metrics.finished(call, status: stored.status)
        return true
    }

    /// Whether the bytes of the call's answer are to be kept.
    func keepsAnswer(_ call: InferenceCall) -> Bool {
        gateway.content != nil && call.idempotency != nil && call.caller.application.storesAnswers
    }

    /// Keeps the answer that the client is about to get, if its application wants that.
    ///
    /// - Parameter fields: of the answer's head; those of the gateway are kept with it.
    func keep(_ call: InferenceCall, status: Int, contentType: String, fields: HTTPFields, body: [UInt8]) {
        guard keepsAnswer(call), body.count <= call.generation.configuration.content.maxAnswer else { return }
        let lines = String(decoding: fields.bytes, as: UTF8.self).split(separator: "\r\n").map(String.init)
        gateway.content?.store(
            StoredAnswer(
                request: call.id, status: status, contentType: contentType, isStream: call.request.isStream,
                fields: lines.filter(RequestHandler.isKept), body: body, at: Clock.utcMilliseconds()))
    }

    /// Whether a line of an answer's head belongs to its repetition as well.
    private static func isKept(_ line: String) -> Bool {
        let renewed = ["x-llmgw-request-id:", "x-llmgw-generation:", "x-llmgw-budget:", "x-llmgw-budget-remaining:"]
        return line.hasPrefix("x-llmgw-") && !renewed.contains(where: line.hasPrefix)
    }
}

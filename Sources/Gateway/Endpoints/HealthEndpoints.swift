import HTTPServer
import HTTPTypes
import JSON
import Ledger
import Synchronization

extension RequestHandler {
    /// `GET /healthz`: the process is alive and its loops turn.
    func answerHealth(_ exchange: HTTPExchange) {
        var body = JSONWriter()
        body.beginObject()
        body.member("status", "ok")
        body.endObject()
        respond(exchange, body, gateway.generations.current)
    }

    /// `GET /readyz`: 200 when requests are welcome; else 503 with the reasons.
    func answerReadiness(_ exchange: HTTPExchange) {
        let reasons = gateway.reasonsNotReady
        var body = JSONWriter()
        body.beginObject()
        body.member("status", reasons.isEmpty ? "ready" : "not ready")
        body.name("reasons")
        body.beginArray()
        for reason in reasons { body.string(reason) }
        body.endArray()
        if let failure = gateway.promptSync.failure { body.member("prompts_sync_failed", failure) }
        body.endObject()
        respond(exchange, body, gateway.generations.current, status: reasons.isEmpty ? 200 : 503)
    }
}

extension LLMGateway {
    /// Why no request should be sent here now; empty when all is well.
    package var reasonsNotReady: [String] {
        var reasons: [String] = []
        if isDraining.load(ordering: .relaxed) { reasons.append("the gateway is stopping") }
        if case .unavailable(let error, _) = ledger.health {
            reasons.append("the ledger cannot record (\(error.kind.rawValue)); the log says why")
        }
        return reasons
    }
}

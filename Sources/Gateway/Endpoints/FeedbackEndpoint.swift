import CivilTime
import Crypto
import HTTPServer
import Inference
import JSON
import Ledger

extension RequestHandler {
    /// `POST /v1/feedback`: a typed judgement on a request or a session of the application's own.
    func addFeedback(_ exchange: HTTPExchange, _ caller: Caller) async {
        do throws(GatewayError) {
            let feedback = try FeedbackReader(exchange, caller, now: Clock.utcMilliseconds()).feedback()
            try await store(feedback, exchange, caller)
        } catch {
            answer(exchange, error, id: newRequestID(), generation: caller.generation)
        }
    }

    private func store(
        _ feedback: NewFeedback, _ exchange: HTTPExchange, _ caller: Caller
    ) async throws(GatewayError) {
        let result: FeedbackResult
        do throws(LedgerError) {
            result = try await gateway.ledger.addFeedback(feedback)
        } catch {
            throw RequestHandler.unavailable(error)
        }
        switch result {
        case .created(let row): respond(exchange, row.json, caller.generation, status: 201)
        case .existing(let row): respond(exchange, row.json, caller.generation)
        case .conflict:
            throw GatewayError(
                409, "idempotency_conflict", "this id was used before, for another judgement", param: "id")
        case .notFound:
            throw GatewayError(
                404, "not_found", "no such request or session of this application takes feedback any more",
                param: "request_id")
        }
    }
}

extension FeedbackRow {
    /// `{"id", "attributed_to": {…}, "late"}`.
    fileprivate var json: JSONWriter {
        var body = JSONWriter()
        body.beginObject()
        body.member("id", feedback.id)
        body.member("metric", feedback.metric)
        body.name("attributed_to")
        if let call = attributedTo.last { call.write(to: &body) } else { body.null() }
        body.member("late", late)
        body.endObject()
        return body
    }
}

extension Attribution {
    fileprivate func write(to body: inout JSONWriter) {
        body.beginObject()
        body.member("request_id", request.description)
        body.member("prompt", identity.prompt?.name)
        body.member("version", identity.prompt?.version)
        body.member("digest", identity.prompt.map { "sha256:\($0.digest)" })
        body.member("experiment", identity.variant?.experiment)
        if let phase = identity.variant?.phase { body.member("phase", phase) }
        body.member("variant", identity.variant?.variant)
        body.member("model", [provider, upstreamModel].compactMap(\.self).joined(separator: "/"))
        body.endObject()
    }
}

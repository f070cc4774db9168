import HTTPServer
import HTTPTypes
import Inference
import JSON
import Ledger

extension AdminHandler {
    func answer(for error: GatewayError, allow: String? = nil) -> HTTPAnswer {
        var body = JSONWriter()
        body.beginObject()
        body.name("error")
        body.beginObject()
        body.member("message", error.message)
        body.member("type", error.type)
        body.member("param", error.param)
        body.member("code", error.code)
        body.endObject()
        body.endObject()
        var fields = AdminHandler.fields("application/json")
        if let seconds = error.retryAfter { fields.append("retry-after", String(seconds)) }
        if error.status == 401 { fields.append("www-authenticate", "Bearer realm=\"llmgw admin\"") }
        if let allow { fields.append("allow", allow) }
        return HTTPAnswer(status: error.status, fields: fields, body: body.bytes)
    }

    func respond(_ exchange: HTTPExchange, status: Int = 200, json: JSONWriter) {
        respond(exchange, status: status, type: "application/json", json.bytes)
    }

    func respond(_ exchange: HTTPExchange, status: Int = 200, type: String, _ body: [UInt8]) {
        exchange.respond(status: status, fields: AdminHandler.fields(type), body: body)
    }

    /// Figures and keys are for the asker alone, and for now.
    private static func fields(_ type: String) -> HTTPFields {
        var fields = HTTPFields()
        fields.append("content-type", type)
        fields.append("cache-control", "no-store")
        return fields
    }

    /// The status that says what an error of the ledger means to the asker.
    static func explained(_ error: any Error) -> GatewayError {
        if let error = error as? GatewayError { return error }
        guard let error = error as? LedgerError else {
            return GatewayError(500, "internal_error", "\(error)")
        }
        return switch error.kind {
        case .missing: GatewayError(404, "not_found", error.message)
        case .conflict: GatewayError(409, "conflict", error.message)
        default: GatewayError(503, "ledger_unavailable", error.message, retryAfter: 1)
        }
    }
}

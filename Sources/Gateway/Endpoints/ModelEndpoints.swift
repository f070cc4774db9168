import HTTPServer
import HTTPTypes
import Inference
import JSON
import Prompts

extension RequestHandler {
    /// `GET /v1/models`: what the application may use; prompts are called as models and stand beside them.
    func listModels(_ exchange: HTTPExchange, _ caller: Caller) {
        var body = JSONWriter()
        body.beginObject()
        body.member("object", "list")
        body.name("data")
        body.beginArray()
        let day = caller.generation.configuration.changedOn
        for name in modelNames(caller) { write(name, createdAt: day, to: &body) }
        body.endArray()
        body.endObject()
        respond(exchange, body, caller.generation)
    }

    /// `GET /v1/models/{id}`. The id may hold slashes, plain or percent-encoded.
    func showModel(_ exchange: HTTPExchange, _ caller: Caller) {
        let encoded = exchange.head.path.dropFirst(Route.modelPrefix.count)
        guard let name = PercentEncoding.decode(encoded), modelNames(caller).contains(name) else {
            let error = GatewayError(
                404, "model_not_found", "this application has no model of that name; GET /v1/models lists what it has",
                param: "model")
            return answer(exchange, error, id: newRequestID(), generation: caller.generation)
        }
        var body = JSONWriter()
        write(name, createdAt: caller.generation.configuration.changedOn, to: &body)
        respond(exchange, body, caller.generation)
    }

    private func modelNames(_ caller: Caller) -> [String] {
        let prompts = caller.generation.prompts.entries.map(\.name).filter(caller.application.mayUse(prompt:))
        let opened = caller.generation.opened.names(for: caller.application)
        return caller.application.models.sorted() + opened + prompts.map { "prompt:" + $0 }
    }

    private func write(_ name: String, createdAt day: Int64, to body: inout JSONWriter) {
        body.beginObject()
        body.member("id", name)
        body.member("object", "model")
        body.member("created", day)
        body.member("owned_by", "llmgw")
        body.endObject()
    }

    /// Sends a JSON document of the gateway's own.
    func respond(
        _ exchange: HTTPExchange, _ body: JSONWriter, _ generation: Generation, status: Int = 200
    ) {
        var fields = HTTPFields()
        appendID(newRequestID(), to: &fields)
        fields.append("content-type", "application/json")
        fields.append("x-llmgw-generation", generation.id)
        exchange.respond(status: status, fields: fields, body: body.bytes)
    }
}

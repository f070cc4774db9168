import CivilTime
import Gateway
import HTTPServer
import HTTPTypes
import Inference
package import JSON
import Ledger
import Prompts

extension AdminHandler {
    /// `POST /admin/v1/prompts/sync`: 200 with what changed, or 422 with what is wrong; then the prompts before serve on.
    func syncPrompts(_ exchange: HTTPExchange, _ asker: Operator) async throws {
        let outcome = await reloader.syncPrompts(by: asker.name, isForced: true)
        respond(exchange, status: outcome.result == .failed ? 422 : 200, json: outcome.json)
    }

    /// `POST /admin/v1/prompts/webhook`: 202, and the sync follows. The git server's signature or token is the admission.
    func takeWebhook(_ exchange: HTTPExchange) async throws {
        let configuration = gateway.generations.current.configuration
        guard let secret = configuration.prompts.webhookSecret else {
            throw GatewayError(404, "not_found", "prompts.webhook_secret is not set, so there is no webhook")
        }
        try PromptWebhook(secret: secret.exposed).check(exchange.head.fields, body: exchange.body)
        let reloader = reloader
        // Git servers wait a few seconds only, and a fetch may take longer.
        Task.detached { _ = await reloader.syncPrompts(by: "webhook", isForced: false) }
        var body = JSONWriter()
        body.beginObject()
        body.member("status", "accepted")
        body.endObject()
        respond(exchange, status: 202, json: body)
    }

    /// `GET /admin/v1/prompts/overrides`: the labels that are turned now.
    func listOverrides(_ exchange: HTTPExchange) async throws {
        let rows = try await report { reader in try reader.promptOverrides() }
        var body = JSONWriter()
        body.beginObject()
        body.name("overrides")
        body.beginArray()
        for row in rows { row.write(to: &body) }
        body.endArray()
        body.endObject()
        respond(exchange, json: body)
    }

    /// `POST /admin/v1/prompts/overrides` with `{"name", "label", "version", "reason"}`: turns a label at once.
    func addOverride(_ exchange: HTTPExchange, _ asker: Operator) async throws {
        let body = try AdminBody(exchange.body, members: ["name", "label", "version", "reason"])
        let row = try await reloader.overrideLabel(
            try body.required("label"), of: try body.required("name"), version: try body.required("version"),
            reason: try body.required("reason"), by: asker.name)
        var json = JSONWriter()
        row.write(to: &json)
        respond(exchange, status: 201, json: json)
    }

    /// `DELETE /admin/v1/prompts/overrides?name=&label=`: gives a label back to its file.
    func removeOverride(_ exchange: HTTPExchange, _ asker: Operator) async throws {
        let values = try QueryParameters(exchange.head, known: ["name", "label"]).values
        guard let name = values["name"], let label = values["label"] else {
            throw GatewayError(400, "invalid_value", "name and label are required, as in ?name=hello&label=production")
        }
        try await reloader.clearOverride(label, of: name, by: asker.name)
        var json = JSONWriter()
        json.beginObject()
        json.member("name", name)
        json.member("label", label)
        json.member("cleared", true)
        json.endObject()
        respond(exchange, json: json)
    }
}

extension AdminBody {
    fileprivate func required(_ name: String) throws(GatewayError) -> String {
        guard let text = try text(name), !text.isEmpty else {
            throw GatewayError(400, "invalid_value", "\(name) is required", param: name)
        }
        return text
    }
}

extension PromptOverrideRow {
    fileprivate func write(to body: inout JSONWriter) {
        body.beginObject()
        body.member("name", name)
        body.member("label", label)
        body.member("version", version)
        body.member("digest", digest)
        body.member("by", by)
        body.member("reason", reason)
        body.member("at", Timestamp.format(at))
        body.endObject()
    }
}

extension Reloader.SyncOutcome {
    /// The answer of the endpoint, and of `llmgw prompts sync --format json`.
    package var json: JSONWriter {
        var body = JSONWriter()
        body.beginObject()
        body.member("result", result.rawValue)
        body.member("generation", generation.id)
        body.member("commit", generation.prompts.commit)
        changes.write(to: &body)
        body.name("diagnostics")
        body.beginArray()
        for finding in diagnostics { finding.write(to: &body) }
        body.endArray()
        body.endObject()
        return body
    }
}

extension PromptChanges {
    /// The members `versions` and `labels`.
    package func write(to body: inout JSONWriter) {
        body.name("versions")
        body.beginArray()
        for record in versions {
            body.beginObject()
            body.member("name", record.name)
            body.member("version", record.version)
            body.member("digest", record.digest)
            body.member("released", record.isReleased)
            body.member("commit", record.origin?.commit.id)
            body.member("author", record.origin?.commit.author)
            body.endObject()
        }
        body.endArray()
        body.name("labels")
        body.beginArray()
        for move in moves {
            body.beginObject()
            body.member("label", move.label)
            body.member("name", move.name)
            body.member("before", move.before)
            body.member("after", move.after)
            body.endObject()
        }
        body.endArray()
    }
}

import CivilTime
import Gateway
import HTTPServer
import HTTPTypes
import Inference
package import JSON
import Ledger
import Reports

extension AdminHandler {
    /// `GET /admin/v1/keys`
    func listKeys(_ exchange: HTTPExchange) async throws {
        let keys = try await gateway.ledger.allKeys()
        let uses = try await report { reader in try reader.lastUses() }
        respond(exchange, json: KeyReport(keys: keys, now: Clock.utcMilliseconds(), uses: uses).json)
    }

    /// `POST /admin/v1/keys` with `{"application", "name"?, "expires"?}`; `expires` is RFC 3339.
    func createKey(_ exchange: HTTPExchange, _ asker: Operator) async throws {
        let body = try AdminBody(exchange.body, members: ["application", "name", "expires"])
        guard let application = try body.text("application") else {
            throw GatewayError(400, "invalid_value", "application is required", param: "application")
        }
        let known = gateway.generations.current.configuration.applications.keys.sorted()
        guard known.contains(application) else {
            let near = Suggestion.text(for: application, among: known)
            throw GatewayError(
                422, "unknown_application",
                "the configuration has no application '\(application)'\(near); it has: \(known.joined(separator: ", "))",
                param: "application")
        }
        let key = try await KeyActions(gateway.ledger, actor: asker.name).create(
            application: application, name: try body.text("name") ?? "", expires: try body.moment("expires"))
        try await gateway.reloadKeys()
        respond(exchange, status: 201, json: key.json)
    }

    /// `DELETE /admin/v1/keys/{id}`: refused from the next request on.
    func revokeKey(_ exchange: HTTPExchange, _ asker: Operator) async throws {
        let id = AdminRoute.keyID(in: exchange.head.path)
        let record = try await KeyActions(gateway.ledger, actor: asker.name).revoke(id)
        try await gateway.reloadKeys()
        respond(exchange, json: KeyReport(keys: [record], now: Clock.utcMilliseconds()).json)
    }

    /// `POST /admin/v1/keys/{id}/rotate` with `{"overlap_ms"?}`; a day unless told.
    func rotateKey(_ exchange: HTTPExchange, _ asker: Operator) async throws {
        let body = try AdminBody(exchange.body, members: ["overlap_ms"])
        let overlap = try body.integer("overlap_ms", in: 0...365 * 86_400_000) ?? 86_400_000
        let id = AdminRoute.keyID(in: exchange.head.path)
        let key = try await KeyActions(gateway.ledger, actor: asker.name).rotate(id, overlap: overlap)
        try await gateway.reloadKeys()
        respond(exchange, status: 201, json: key.json)
    }
}

extension NewKey {
    /// `{id, application, name, key, expires}`: the only answer that ever holds a key.
    package var json: JSONWriter {
        var body = JSONWriter()
        body.beginObject()
        body.member("id", record.id)
        body.member("application", record.application)
        body.member("name", record.name)
        body.member("key", secret)
        body.member("expires", record.expiresAt.map { Timestamp.format($0) })
        body.member("replaces", record.replaces)
        body.endObject()
        return body
    }
}

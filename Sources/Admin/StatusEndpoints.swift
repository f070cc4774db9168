import CivilTime
package import Gateway
import HTTPServer
package import JSON
import Telemetry

extension AdminHandler {
    /// `GET /healthz`: the process is alive.
    func answerHealth(_ exchange: HTTPExchange) {
        var body = JSONWriter()
        body.beginObject()
        body.member("status", "ok")
        body.member("generation", gateway.generations.current.id)
        body.endObject()
        respond(exchange, json: body)
    }

    /// `GET /metrics`: Prometheus' text format.
    ///
    /// Money comes from the ledger, where it can be read: a scrape must not fail when the ledger does.
    func showMetrics(_ exchange: HTTPExchange) async {
        let configuration = gateway.generations.current.configuration
        let now = Clock.utcMilliseconds()
        let budgets = try? await report { reader in
            try BudgetStatus.current(configuration, application: nil, reader: reader, at: now)
        }
        let text = gateway.metrics.registry.exposition() + ScrapedMetrics(gateway, budgets: budgets).text
        respond(exchange, type: Metrics.contentType, Array(text.utf8))
    }

    /// `POST /admin/v1/reload`: 200 with the generation, or 422 with what is wrong; then nothing has changed.
    func reload(_ exchange: HTTPExchange, _ asker: Operator) async throws {
        let outcome = await reloader.reload(by: asker.name)
        var body = JSONWriter()
        body.beginObject()
        body.member("generation", outcome.generation)
        body.member("reloaded", outcome.isReplaced)
        body.name("diagnostics")
        body.beginArray()
        for finding in outcome.diagnostics { finding.write(to: &body) }
        body.endArray()
        body.endObject()
        respond(exchange, status: outcome.isReplaced ? 200 : 422, json: body)
    }
}

extension Diagnostic {
    /// One element of `diagnostics`, here and in `llmgw check --format json`.
    package func write(to body: inout JSONWriter) {
        body.beginObject()
        body.member("severity", severity.rawValue)
        body.member("file", file)
        body.member("line", line)
        body.member("column", column)
        body.member("message", message)
        body.endObject()
    }
}

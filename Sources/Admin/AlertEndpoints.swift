import CivilTime
import Gateway
import HTTPServer
import Inference
package import JSON
package import Ledger

extension AdminHandler {
    /// `POST /admin/v1/alerts/resend` with `{"id"?}`: that alert, or all that were given up.
    func resendAlerts(_ exchange: HTTPExchange, _ asker: Operator) async throws {
        let id = try AdminBody(exchange.body, members: ["id"]).text("id")
        guard let order = AlertOrder(id) else {
            throw GatewayError(400, "invalid_value", AlertOrder.explanation(of: id ?? ""), param: "id")
        }
        respond(exchange, json: try await order.carryOut(gateway.ledger, actor: asker.name))
    }
}

/// Alerts that somebody wants delivered again: one, or all that were given up.
///
/// The admin API uses it in a running gateway, and the command line where none runs.
package struct AlertOrder: Sendable {
    private let number: Int64?

    /// - Parameter id: such as `alert-12`; nil: all. Anything else is no order.
    package init?(_ id: String?) {
        guard let id else {
            number = nil
            return
        }
        guard id.hasPrefix("alert-"), let number = Int64(id.dropFirst(6)), number > 0 else { return nil }
        self.number = number
    }

    package static func explanation(of id: String) -> String {
        "'\(id.prefix(64))' is no alert's id, such as alert-12; `llmgw alerts list` shows them"
    }

    /// Returns `{"resent": 1}`.
    package func carryOut(_ ledger: LedgerWriter, actor: String) async throws(LedgerError) -> JSONWriter {
        let note = AuditEntry(
            at: Clock.utcMilliseconds(), actor: actor, action: "alerts.resend",
            subject: number.map { "alert-\($0)" } ?? "given up", detail: "")
        let count = try await ledger.resendAlerts(number.map { [$0] }, note: note)
        var body = JSONWriter()
        body.beginObject()
        body.member("resent", count)
        body.endObject()
        return body
    }
}

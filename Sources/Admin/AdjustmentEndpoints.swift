import Gateway
import HTTPServer
package import JSON

extension AdminHandler {
    /// `POST /admin/v1/adjustments`: corrections of charges, whole or not at all.
    func bookAdjustments(_ exchange: HTTPExchange, _ asker: Operator) async throws {
        let order = try AdjustmentOrder(exchange.body)
        let by = try AdjustmentOrder.orderer(exchange.body)
        let actor = by.map { "\(asker.name): \($0)" } ?? asker.name
        try await AdjustmentActions(gateway.ledger, actor: actor).book(order)
        respond(exchange, json: AdjustmentOrder.booked(order.lines.count))
    }
}

extension AdjustmentOrder {
    /// `{"booked": 12}`
    package static func booked(_ count: Int) -> JSONWriter {
        var body = JSONWriter()
        body.beginObject()
        body.member("booked", count)
        body.endObject()
        return body
    }
}

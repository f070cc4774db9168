import CivilTime
import Inference
package import JSON
import Ledger

extension CostDocument {
    /// Costs are decimal strings with nine places. A report in several currencies has `currency: null`, and `costs` in
    /// place of `cost` and `presumed`.
    package var json: JSONWriter {
        var body = JSONWriter(capacity: 1_024)
        body.beginObject()
        body.member("from", Timestamp.format(request.window.from))
        body.member("to", Timestamp.format(request.window.to))
        body.member("zone", request.window.zone.name)
        body.member("currency", currency?.code)
        body.member("complete", report.complete)
        body.name("rows")
        body.beginArray()
        for row in report.rows {
            body.beginObject()
            for (key, value) in zip(request.by, row.key) {
                body.name(key.rawValue)
                if let value { body.string(value) } else { body.null() }
            }
            write(row.figures, to: &body)
            body.endObject()
        }
        body.endArray()
        body.name("total")
        body.beginObject()
        write(report.total, to: &body)
        body.endObject()
        body.endObject()
        return body
    }

    private func write(_ figures: CostFigures, to body: inout JSONWriter) {
        for count in CostCount.all {
            body.name(count.name)
            body.integer(count.value(figures))
        }
        let amounts = CostAmount.all(figures)
        if currencies.count > 1, request.currency == nil {
            body.name("costs")
            body.beginArray()
            for amount in amounts where amount.currency != nil {
                body.beginObject()
                body.member("currency", amount.currency?.code)
                write(amount, to: &body)
                body.endObject()
            }
            body.endArray()
        } else {
            write(amounts.first { $0.currency == currency } ?? amounts[0], to: &body)
        }
        body.member("unpriced_requests", figures.unpricedRequests)
    }

    private func write(_ amount: CostAmount, to body: inout JSONWriter) {
        body.member("cost", amount.cost.map { Money.decimal(nano: $0) })
        body.member("presumed", Money.decimal(nano: amount.presumed))
    }
}

import CivilTime
import Inference
package import JSON
import Ledger

extension CostDocument {
    /// Costs are decimal strings with nine places. A report in several currencies has `currency: null`, and `costs` in
    /// place of `cost` and `presumed`. Members of a comparison, a forecast and of budgets are there when asked for.
    package var json: JSONWriter {
        var body = JSONWriter(capacity: 1_024)
        body.beginObject()
        body.member("from", Timestamp.format(request.window.from))
        body.member("to", Timestamp.format(request.window.to))
        body.member("zone", request.window.zone.name)
        body.member("currency", currency?.code)
        body.member("complete", report.complete)
        CostGapText.write(report.gaps, to: &body)
        writePrevious(to: &body)
        writeForecast(to: &body)
        body.name("rows")
        body.beginArray()
        for entry in entries {
            body.beginObject()
            for (group, value) in zip(request.by, entry.key ?? []) {
                CostDocument.write(group.rawValue, value, to: &body)
            }
            write(entry, to: &body)
            body.endObject()
        }
        body.endArray()
        body.name("total")
        body.beginObject()
        write(total, to: &body)
        body.endObject()
        body.endObject()
        return body
    }

    private func writePrevious(to body: inout JSONWriter) {
        guard let window = request.previous else { return }
        body.name("previous")
        body.beginObject()
        body.member("from", Timestamp.format(window.from))
        body.member("to", Timestamp.format(window.to))
        body.member("complete", previous?.complete ?? true)
        CostGapText.write(previous?.gaps ?? [], to: &body)
        body.endObject()
    }

    private func writeForecast(to body: inout JSONWriter) {
        guard let forecast else { return }
        body.name("forecast")
        body.beginObject()
        body.member("status", forecast.status.rawValue)
        body.member("elapsed_percent", Figures.tenths(Int128(forecast.elapsedPermille)))
        body.member("whole_days", Int64(forecast.wholeDays))
        body.endObject()
    }

    private func write(_ entry: CostEntry, to body: inout JSONWriter) {
        for count in CostCount.all {
            body.name(count.name)
            body.integer(count.value(entry.figures))
        }
        let amounts = entry.amounts
        if currencies.count > 1, request.currency == nil {
            body.name("costs")
            body.beginArray()
            for amount in amounts where amount.currency != nil {
                body.beginObject()
                body.member("currency", amount.currency?.code)
                write(CostMoney.always + extras, entry, amount, to: &body)
                body.endObject()
            }
            body.endArray()
            body.member("unpriced_requests", entry.figures.unpricedRequests)
        } else {
            let amount = amounts.first { $0.currency == currency } ?? amounts[0]
            write(CostMoney.always, entry, amount, to: &body)
            body.member("unpriced_requests", entry.figures.unpricedRequests)
            write(extras, entry, amount, to: &body)
        }
    }

    private func write(_ money: [CostMoney], _ entry: CostEntry, _ amount: CostAmount, to body: inout JSONWriter) {
        for figure in money { CostDocument.write(figure.name, figure.value(entry, amount), to: &body) }
    }

    private static func write(_ name: String, _ text: String?, to body: inout JSONWriter) {
        body.name(name)
        if let text { body.string(text) } else { body.null() }
    }
}

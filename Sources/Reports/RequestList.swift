import CivilTime
import Inference
package import JSON
package import Ledger

/// Requests, one a line; the newest first.
package struct RequestList: Sendable {
    private let requests: [RequestSummary]

    package init(_ requests: [RequestSummary]) {
        self.requests = requests
    }

    package func table(_ view: TableView = .plain) -> String {
        guard !requests.isEmpty else { return "No request matches.\n" }
        let columns = [
            Column("request"), Column("began", spare: 3), Column("application", spare: 1, isShortened: true),
            Column("model", spare: 2, isShortened: true), Column("target", spare: 7, isShortened: true),
            Column("outcome", colour: TableColour.ofState), Column("status", .right, spare: 6),
            Column("attempts", .right, spare: 8), Column("input", .right, spare: 5), Column("output", .right, spare: 5),
            Column("took", .right, spare: 4), Column("cost", .right),
        ]
        return TextTable(columns, rows: requests.map(RequestList.cells)).text(for: view)
    }

    private static func cells(_ request: RequestSummary) -> [String] {
        let end = request.end
        let target = request.provider.map { "\($0)/\(request.upstreamModel ?? "")" }
        return [
            end.request.description, Timestamp.format(end.startedAt), end.identity.application, end.identity.model,
            target ?? "–", end.outcome.rawValue, String(end.status), Figures.count(Int64(request.attempts)),
            Figures.count(request.usage.totalInput), Figures.count(request.usage.totalOutput),
            Figures.duration(milliseconds: end.durationMs), cost(request),
        ]
    }

    private static func cost(_ request: RequestSummary) -> String {
        guard request.attempts > 0 else { return "–" }
        let amounts = request.cost.sorted { $0.key.code < $1.key.code }.map { "\(Figures.money($0.value)) \($0.key)" }
        return (amounts + (request.priced ? [] : ["unpriced"])).joined(separator: " + ")
    }

    package var json: JSONWriter {
        var body = JSONWriter()
        body.beginObject()
        body.name("requests")
        body.beginArray()
        for request in requests { RequestList.write(request, to: &body) }
        body.endArray()
        body.endObject()
        return body
    }

    private static func write(_ request: RequestSummary, to body: inout JSONWriter) {
        body.beginObject()
        body.member("id", request.end.request.description)
        request.end.write(to: &body)
        body.member("provider", request.provider)
        body.member("upstream_model", request.upstreamModel)
        body.member("attempts", request.attempts)
        body.member("input_tokens", request.usage.totalInput)
        body.member("output_tokens", request.usage.totalOutput)
        body.member("priced", request.priced)
        body.name("cost")
        body.beginArray()
        for (currency, nano) in request.cost.sorted(by: { $0.key.code < $1.key.code }) {
            body.beginObject()
            body.member("currency", currency.code)
            body.member("amount", Money.decimal(nano: nano))
            body.endObject()
        }
        body.endArray()
        body.endObject()
    }
}

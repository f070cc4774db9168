import CivilTime
import Inference
import JSON

/// Anthropic's cost report and its usage report of messages.
enum AnthropicExport {
    static func read(_ bytes: [UInt8], _ days: ExportDays) throws(ReportError) -> VendorStatement {
        var statement = VendorStatement()
        let pages = try ExportPages(bytes)
        try pages.results(into: &statement, days: days, span: span) { day, result throws(ReportError) in
            if let amount = result["amount"] { return try charge(amount, result, on: day) }
            return result["output_tokens"] == nil ? nil : usage(result, on: day)
        }
        return statement
    }

    private static func span(_ bucket: JSONValue) throws(ReportError) -> (start: Int64, end: Int64?) {
        guard let text = bucket["starting_at"]?.stringValue, let start = Timestamp.parse(text) else {
            throw ReportError("FILE", "has a bucket without 'starting_at', a moment such as 2026-11-20T00:00:00Z")
        }
        let end = bucket["ending_at"]?.stringValue.flatMap { Timestamp.parse($0) }
        return (start / 1_000, end.map { $0 / 1_000 })
    }

    private static func charge(
        _ amount: JSONValue, _ result: JSONValue, on day: String
    ) throws(ReportError) -> VendorCharge {
        // In cents: `123.45` is 1.2345 USD.
        guard let text = amount.numberText, let cost = VendorExport.amount(text, places: VendorCharge.places - 2) else {
            throw ReportError("FILE", "has an amount on \(day) that is no number of cents")
        }
        guard let currency = Currency(result["currency"]?.stringValue ?? "USD") else {
            throw ReportError("FILE", "has an amount on \(day) in a currency that is none")
        }
        let kind = result["cost_type"]?.stringValue ?? "tokens"
        let model = kind == "tokens" ? result["model"]?.stringValue : kind
        return VendorCharge(day: day, model: model, cost: cost, currency: currency, isFee: kind != "tokens")
    }

    private static func usage(_ result: JSONValue, on day: String) -> VendorCharge {
        let creation = result["cache_creation"] ?? .null
        let input = [
            result.count("uncached_input_tokens"), result.count("cache_read_input_tokens"),
            creation.count("ephemeral_5m_input_tokens"), creation.count("ephemeral_1h_input_tokens"),
        ].reduce(Int64(0)) { $0.addingClamped($1) }
        return VendorCharge(
            day: day, model: result["model"]?.stringValue, input: input, output: result.count("output_tokens"))
    }
}

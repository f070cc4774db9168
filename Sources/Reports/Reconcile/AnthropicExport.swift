import Inference
import JSON

/// Anthropic's cost report and its usage report of messages.
enum AnthropicExport {
    static func read(_ bytes: [UInt8]) throws(ReportError) -> [VendorCharge] {
        var charges: [VendorCharge] = []
        try ExportPages(bytes).results { bucket, result throws(ReportError) in
            guard let start = bucket["starting_at"]?.stringValue, let day = VendorExport.day(start) else {
                throw ReportError("FILE", "has a bucket without 'starting_at'")
            }
            let model = result["model"]?.stringValue
            if let amount = result["amount"] {
                // In cents: `123.45` is 1.2345 USD.
                guard let text = amount.numberText,
                    let cost = VendorExport.amount(text, places: VendorCharge.places - 2)
                else {
                    throw ReportError("FILE", "has an amount on \(day) that is no number of cents")
                }
                guard let currency = Currency(result["currency"]?.stringValue ?? "USD") else {
                    throw ReportError("FILE", "has an amount on \(day) in a currency that is none")
                }
                let kind = result["cost_type"]?.stringValue ?? "tokens"
                charges.append(
                    VendorCharge(
                        day: day, model: kind == "tokens" ? model : kind, cost: cost, currency: currency,
                        isFee: kind != "tokens"))
            } else if result["output_tokens"] != nil {
                charges.append(usage(result, model: model, day: day))
            }
        }
        return charges
    }

    private static func usage(_ result: JSONValue, model: String?, day: String) -> VendorCharge {
        let creation = result["cache_creation"] ?? .null
        let input = [
            result.count("uncached_input_tokens"), result.count("cache_read_input_tokens"),
            creation.count("ephemeral_5m_input_tokens"), creation.count("ephemeral_1h_input_tokens"),
        ].reduce(Int64(0)) { $0.addingClamped($1) }
        return VendorCharge(day: day, model: model, input: input, output: result.count("output_tokens"))
    }
}

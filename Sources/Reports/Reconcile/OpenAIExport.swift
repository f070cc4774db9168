import CivilTime
import Inference
import JSON

/// OpenAI's organization costs, grouped by `line_item` where models shall be compared, and its usage of completions.
enum OpenAIExport {
    static func read(_ bytes: [UInt8], _ days: ExportDays) throws(ReportError) -> VendorStatement {
        var statement = VendorStatement()
        let pages = try ExportPages(bytes)
        try pages.results(into: &statement, days: days, span: span) { day, result throws(ReportError) in
            if let amount = result["amount"] { return try charge(amount, result, on: day) }
            guard result["input_tokens"] != nil || result["output_tokens"] != nil else { return nil }
            return VendorCharge(
                day: day, model: result["model"]?.stringValue, input: result.count("input_tokens"),
                output: result.count("output_tokens"))
        }
        return statement
    }

    private static func span(_ bucket: JSONValue) throws(ReportError) -> (start: Int64, end: Int64?) {
        guard let start = bucket["start_time"]?.integerValue, (0...32_503_680_000).contains(start) else {
            throw ReportError("FILE", "has a bucket without 'start_time' in seconds")
        }
        return (start, bucket["end_time"]?.integerValue.flatMap { (0...32_503_680_000).contains($0) ? $0 : nil })
    }

    private static func charge(
        _ amount: JSONValue, _ result: JSONValue, on day: String
    ) throws(ReportError) -> VendorCharge {
        guard let text = amount["value"]?.numberText, let cost = VendorExport.amount(text) else {
            throw ReportError("FILE", "has an amount on \(day) without a 'value' that is a number")
        }
        let code = amount["currency"]?.stringValue?.uppercased() ?? "USD"
        guard let currency = Currency(code) else {
            throw ReportError("FILE", "has an amount on \(day) in a currency that is none")
        }
        // `gpt-5-2025-08-07, cached input`; a line without a comma is a tool or a fee.
        let item = result["line_item"]?.stringValue
        let parts = item?.split(separator: ",", maxSplits: 1)
        let isTokens = parts.map { $0.count == 2 } ?? true
        return VendorCharge(
            day: day, model: isTokens ? parts?.first.map(String.init) : item, cost: cost, currency: currency,
            isFee: !isTokens)
    }
}

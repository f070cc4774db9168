import Inference
import JSON

/// Google's billing export: rows of its BigQuery tables as JSON or CSV, and the CSV of the console's cost table.
enum GoogleExport {
    private struct Places {
        let day, cost, sku: Int?
        let end, service, currency, unit, amount, kind, credit: Int?

        init(_ table: ExportTable) throws(ReportError) {
            day = try table.column("usage_start_time", "usage_start_date", "usage_date", "day", "date")
            end = try table.column("usage_end_date")
            cost = try table.column("unrounded_cost", "cost")
            sku = try table.column("sku_description")
            service = try table.column("service_description")
            currency = try table.column("currency")
            unit = try table.column("usage_unit")
            amount = try table.column("usage_amount")
            kind = try table.column("cost_type")
            credit = try table.column("credit_type")
        }
    }

    static func read(
        _ bytes: [UInt8], _ dates: ExportDates, _ decimal: VendorDecimal?
    ) throws(ReportError) -> VendorStatement {
        let table = try ExportTable(
            bytes,
            needs: [
                ["usage_start_time", "usage_start_date", "usage_date", "day", "date"], ["cost", "unrounded_cost"],
                ["sku_description"],
            ], kind: "billing export of Google's")
        let places = try Places(table)
        let reading = try TableReading(
            table, dates: dates, decimal: decimal, day: places.day, cost: places.cost, names: ("usage start", "cost"))
        let above = ExportTable.value(named: "Currency", above: bytes)
        var lines = LineBook()
        try table.rows { row throws(ReportError) in
            // The totals at the foot of the console's table have no day.
            guard !row[places.day].isEmpty else { return }
            let (day, cost, hint) = try reading.read(row)
            if let end = dates.day(row[places.end]), end != day {
                throw ReportError(
                    "FILE",
                    "\(row.place) is of \(day) to \(end); download the table by day, so that days can be compared")
            }
            let currency = try reading.currency(row, places.currency, hint ?? above.flatMap { Currency($0) })
            lines.take(row, id: nil, day: day, try charges(row, places, reading, day, cost, currency))
        }
        reading.remarks.forEach { lines.remark($0) }
        return lines.statement
    }

    /// None for a line of another service; the credits of a line stand beside it as charges of their own.
    private static func charges(
        _ row: ExportTable.Row, _ places: Places, _ reading: TableReading, _ day: String, _ cost: Int128,
        _ currency: Currency
    ) throws(ReportError) -> [VendorCharge] {
        let sku = row[places.sku]
        let service = ExportTable.form(row[places.service])
        let tokens = TokenMeterName(sku)
        let isModel = ["gemini", "vertexai", "generative", "agentplatform", "claude"].contains { word in
            service.contains(word) || ExportTable.form(sku).contains(word)
        }
        guard isModel || (tokens != nil && service.isEmpty) else { return [] }
        let kind = row[places.kind].lowercased()
        let isUsage = ["", "regular", "usage"].contains(kind) && row[places.credit].isEmpty
        guard let tokens, isUsage else {
            let told = row[places.credit].isEmpty ? (isUsage ? "" : kind) : row[places.credit]
            let name = told.isEmpty ? sku : "\(told): \(sku)"
            return [VendorCharge(day: day, model: name, cost: cost, currency: currency, isFee: true)]
        }
        let count = count(row[places.amount], row[places.unit], reading)
        let charge = VendorCharge(
            day: day, model: model(row) ?? tokens.model, cost: cost, currency: currency,
            input: tokens.isInput ? count : nil, output: tokens.isInput ? nil : count)
        return [charge] + (try credits(row, day, currency))
    }

    /// The label in which Google's own API names the model.
    private static func model(_ row: ExportTable.Row) -> String? {
        let labels = (row.json?["labels"]?.arrayValue ?? []) + (row.json?["system_labels"]?.arrayValue ?? [])
        let label = labels.first { $0["key"]?.stringValue == "goog-generativelanguage-model" }
        return label?["value"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func credits(
        _ row: ExportTable.Row, _ day: String, _ currency: Currency
    ) throws(ReportError) -> [VendorCharge] {
        var charges: [VendorCharge] = []
        for credit in row.json?["credits"]?.arrayValue ?? [] {
            guard let text = credit["amount"]?.numberText, let amount = VendorExport.amount(text) else {
                throw ReportError("FILE", "\(row.place) has a credit without an amount")
            }
            let name = credit["name"]?.stringValue ?? credit["type"]?.stringValue ?? "credit"
            charges.append(
                VendorCharge(day: day, model: "credit: \(name)", cost: amount, currency: currency, isFee: true))
        }
        return charges
    }

    private static func count(_ amount: String, _ unit: String, _ reading: TableReading) -> Int64? {
        let size: Int
        switch ExportTable.form(unit) {
        case "", "count", "tokens", "token", "1count": size = 0
        case "1ktokens", "thousandcount": size = 3
        case "1mtokens", "millioncount", "1000000count": size = 6
        default: return nil
        }
        return reading.amount(amount)?.scaled(places: size, rounding: .nearest).flatMap { Int64(exactly: $0) }
    }
}

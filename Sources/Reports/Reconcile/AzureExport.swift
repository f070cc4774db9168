import Inference

/// Azure's cost details: the CSV of an export or a download, with the names of every kind of agreement, and the answers
/// of the APIs of usage details and of cost queries as JSON.
enum AzureExport {
    private struct Places {
        let day, cost, meter: Int?
        let currency, category, subcategory, product, service, unit, amount, kind, id: Int?

        init(_ table: ExportTable) throws(ReportError) {
            day = try table.column("Date", "UsageDate", "UsageDateTime")
            cost = try table.column("CostInBillingCurrency", "Cost", "PreTaxCost", "ExtendedCost", "TotalCost")
            meter = try table.column("MeterName", "Meter")
            currency = try table.column("BillingCurrencyCode", "BillingCurrency", "Currency", "CurrencyCode")
            category = try table.column("MeterCategory")
            subcategory = try table.column("MeterSubCategory")
            product = try table.column("ProductName", "Product")
            service = try table.column("ConsumedService", "ServiceName")
            unit = try table.column("UnitOfMeasure", "Unit")
            amount = try table.column("Quantity", "UsageQuantity", "ConsumedQuantity")
            kind = try table.column("ChargeType")
            // The API names each line; a CSV does not.
            id = table.isJSON ? try table.column("id") : nil
        }
    }

    static func read(
        _ bytes: [UInt8], _ dates: ExportDates, _ decimal: VendorDecimal?
    ) throws(ReportError) -> VendorStatement {
        let table = try ExportTable(
            bytes,
            needs: [
                ["Date", "UsageDate", "UsageDateTime"],
                ["CostInBillingCurrency", "Cost", "PreTaxCost", "ExtendedCost", "TotalCost"], ["MeterName", "Meter"],
            ], kind: "cost export of Azure's")
        let places = try Places(table)
        let reading = try TableReading(
            table, dates: dates, decimal: decimal, day: places.day, cost: places.cost, names: ("date", "cost"))
        var lines = LineBook()
        try table.rows { row throws(ReportError) in
            let (day, cost, hint) = try reading.read(row)
            let id = row[places.id].isEmpty ? nil : row[places.id]
            let charge = try charge(row, places, day, cost, hint, reading)
            lines.take(row, id: id, day: day, charge.map { [$0] } ?? [])
        }
        reading.remarks.forEach { lines.remark($0) }
        return lines.statement
    }

    /// Returns nil for a line of another service.
    private static func charge(
        _ row: ExportTable.Row, _ places: Places, _ day: String, _ cost: Int128, _ hint: Currency?,
        _ reading: TableReading
    ) throws(ReportError) -> VendorCharge? {
        let meter = row[places.meter]
        let tokens = TokenMeterName(meter)
        let told = [row[places.category], row[places.subcategory], row[places.product], row[places.service]]
        let isModel = ["openai", "foundrymodel", "aimodel", "aifoundry"].contains { word in
            told.contains { ExportTable.form($0).contains(word) }
        }
        guard isModel || tokens != nil else { return nil }
        let kind = row[places.kind]
        let isUsage = ["", "usage"].contains(kind.lowercased())
        let currency = try reading.currency(row, places.currency, hint)
        guard let tokens, isUsage else {
            let name = meter.isEmpty ? row[places.product] : meter
            return VendorCharge(
                day: day, model: isUsage ? name : "\(kind): \(name)", cost: cost, currency: currency, isFee: true)
        }
        let count = count(row[places.amount], row[places.unit], meter, reading)
        return VendorCharge(
            day: day, model: model(tokens.model, told), cost: cost, currency: currency,
            input: tokens.isInput ? count : nil, output: tokens.isInput ? nil : count)
    }

    /// `5.4 opt Dz 1M Tokens` leaves out whose version it is; the product says so.
    private static func model(_ name: String, _ told: [String]) -> String {
        guard name.first?.isNumber == true, told.contains(where: { ExportTable.form($0).contains("openai") }) else {
            return name
        }
        return "gpt-" + name
    }

    private static func count(_ amount: String, _ unit: String, _ meter: String, _ reading: TableReading) -> Int64? {
        let size: Int
        switch ExportTable.form(unit) {
        case "1k", "1ktokens", "1000", "1000tokens": size = 3
        case "1m", "1mtokens", "1000000": size = 6
        case "1", "tokens", "1token", "1tokens": size = 0
        default: return nil
        }
        return reading.amount(amount)?.scaled(places: size, rounding: .nearest).flatMap { Int64(exactly: $0) }
    }
}

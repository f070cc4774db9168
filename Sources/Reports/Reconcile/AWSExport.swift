import Inference

/// Bedrock's lines of AWS's Cost and Usage Report, with the column names of the legacy report or of CUR 2.0.
///
/// Amazon's own models are lines of Bedrock. Those of other vendors, Claude among them, are sold through the AWS
/// Marketplace: each under a product code that says nothing, with usage types such as `USE1-MP:USE1_InputTokenCount-Units`.
enum AWSExport {
    private struct Places {
        let day, cost, usageType: Int?
        let currency, product, kind, amount, unit, id, interval, resource, title, details, text: Int?

        init(_ table: ExportTable) throws(ReportError) {
            day = try table.column("line_item_usage_start_date")
            cost = try table.column("line_item_unblended_cost")
            usageType = try table.column("line_item_usage_type")
            currency = try table.column("line_item_currency_code")
            product = try table.column("line_item_product_code")
            kind = try table.column("line_item_line_item_type")
            amount = try table.column("line_item_usage_amount")
            unit = try table.column("pricing_unit")
            id = try table.column("identity_line_item_id")
            interval = try table.column("identity_time_interval")
            resource = try table.column("line_item_resource_id")
            title = try table.column("product_product_name", "product_servicename", "product_name")
            details = try table.column("product")
            text = try table.column("line_item_line_item_description")
        }
    }

    static func read(_ bytes: [UInt8], _ dates: ExportDates) throws(ReportError) -> VendorStatement {
        let table = try ExportTable(
            bytes,
            needs: [["line_item_usage_start_date"], ["line_item_unblended_cost"], ["line_item_usage_type"]],
            kind: "Cost and Usage Report")
        let places = try Places(table)
        var lines = LineBook()
        try table.rows { row throws(ReportError) in
            let id = row[places.id].isEmpty ? nil : "\(row[places.id]) \(row[places.interval])"
            guard let day = dates.day(row[places.day]) else {
                throw ReportError("FILE", "\(row.place): the usage start date is no day such as 2026-11-20")
            }
            lines.take(row, id: id, day: day, try charge(row, places, day).map { [$0] } ?? [])
        }
        return lines.statement
    }

    /// Returns nil for a line of another service.
    private static func charge(
        _ row: ExportTable.Row, _ places: Places, _ day: String
    ) throws(ReportError) -> VendorCharge? {
        let type = row[places.usageType]
        let tokens = TokenType(type)
        let product = title(row, places)
        let isBedrock =
            row[places.product].contains("Bedrock") || product.contains("Bedrock")
            || row[places.resource].contains(":bedrock:")
        guard isBedrock || tokens != nil else { return nil }
        let text = row[places.cost]
        guard let cost = text.isEmpty ? 0 : VendorExport.amount(text) else {
            throw ReportError("FILE", "\(row.place): the unblended cost is no number")
        }
        let code = row[places.currency]
        guard let currency = Currency(code.isEmpty ? "USD" : code) else {
            throw ReportError("FILE", "\(row.place): '\(code.prefix(16))' is no currency")
        }
        let kind = row[places.kind]
        let isUsage = ["", "Usage", "DiscountedUsage"].contains(kind)
        let count = isUsage ? count(row, places) : nil
        return VendorCharge(
            day: day, model: isUsage ? model(row, places, tokens, product) : fee(kind, product), cost: cost,
            currency: currency, input: tokens?.isInput == true ? count : nil,
            output: tokens?.isInput == false ? count : nil, isFee: tokens == nil || !isUsage)
    }

    private static func title(_ row: ExportTable.Row, _ places: Places) -> String {
        if !row[places.title].isEmpty { return row[places.title] }
        // CUR 2.0 has a map of a product's attributes: `{"product_name":"Claude 3.5 Sonnet (Amazon Bedrock Edition)"}`.
        let details = row[places.details]
        guard let name = details.firstRange(of: "product_name") else { return "" }
        let rest = details[name.upperBound...].drop { "\"' :=".contains($0) }
        return String(rest.prefix { $0 != "\"" && $0 != "," && $0 != "}" })
    }

    /// The model of a line of usage: of its resource, its usage type, its product; else its product code, which `--map`
    /// can say the model of.
    private static func model(
        _ row: ExportTable.Row, _ places: Places, _ tokens: TokenType?, _ product: String
    ) -> String {
        let type = row[places.usageType]
        guard let tokens else { return type.isEmpty ? fee(row[places.kind], product) : type }
        if !tokens.model.isEmpty { return tokens.model }
        for mark in ["foundation-model/", "inference-profile/"] {
            if let range = row[places.resource].firstRange(of: mark) {
                return String(row[places.resource][range.upperBound...].prefix { $0 != "/" })
            }
        }
        let name = product.firstRange(of: " (Amazon Bedrock").map { String(product[..<$0.lowerBound]) } ?? product
        return name.isEmpty ? row[places.product] : name
    }

    private static func fee(_ kind: String, _ product: String) -> String {
        product.isEmpty || product == "Amazon Bedrock" ? kind : "\(kind): \(product)"
    }

    /// The tokens of a line; nil when its unit is not known.
    private static func count(_ row: ExportTable.Row, _ places: Places) -> Int64? {
        let text = row[places.text].lowercased()
        let size: Int
        switch row[places.unit].lowercased() {
        case "1k tokens", "1k": size = 3
        case "1m tokens", "1m": size = 6
        case "tokens", "token": size = 0
        // The marketplace counts units; the line's text says of what.
        case "units", "":
            guard text.contains("token") else { return nil }
            size = text.contains("million") ? 6 : text.contains("thousand") || text.contains("1k") ? 3 : -1
            guard size >= 0 else { return nil }
        default: return nil
        }
        return ExactDecimal(row[places.amount])?.scaled(places: size, rounding: .nearest).flatMap { Int64(exactly: $0) }
    }

    /// A usage type of tokens, taken apart.
    private struct TokenType {
        /// Empty in the marketplace's.
        let model: String
        let isInput: Bool

        /// Returns nil when the usage is not of tokens.
        init?(_ text: String) {
            if let mark = text.firstRange(of: "MP:") {
                guard let isInput = TokenType.isInput(marketplace: text[mark.upperBound...]) else { return nil }
                (model, self.isInput) = ("", isInput)
                return
            }
            // `USE1-Nova-Lite-input-tokens`, `USE1-Nova-Lite-cache-read-input-token-count`.
            let kinds: [(String, Bool)] = [
                ("-cache-read-input-token", true), ("-cache-write-input-token", true), ("-mantle-input-token", true),
                ("-mantle-output-token", false), ("-input-token", true), ("-output-token", false),
            ]
            for (marker, isInput) in kinds {
                guard let found = text.firstRange(of: marker) else { continue }
                let head = text[..<found.lowerBound]
                let name = head.firstIndex(of: "-").map { head[head.index(after: $0)...] } ?? head
                guard !name.isEmpty else { return nil }
                (model, self.isInput) = (String(name), isInput)
                return
            }
            return nil
        }

        /// Of `USE1_InputTokenCount-Units`, `USE1_CacheReadInputTokenCount_Global-Units`,
        /// `USE1_input_tokens_standard-Units`; nil when it is not of tokens.
        private static func isInput(marketplace text: Substring) -> Bool? {
            let form = ExportTable.form(String(text))
            guard form.contains("token") else { return nil }
            switch (form.contains("input") || form.contains("cache"), form.contains("output")) {
            case (true, false): return true
            case (false, true): return false
            default: return nil
            }
        }
    }
}

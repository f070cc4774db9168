import Inference

/// Bedrock's lines of AWS's Cost and Usage Report, with the column names of the legacy report or of CUR 2.0.
enum AWSExport {
    private struct Places {
        let day, cost, usageType: Int
        let currency, product, kind, amount, unit: Int?

        init(_ names: [String]) throws(ReportError) {
            func find(_ name: String) -> Int? {
                let words = name.split(separator: "_").map(String.init)
                // `line_item_usage_type` is `lineItem/UsageType` in the legacy report.
                let depth = words[0] == "line" ? 2 : 1
                let group = words[0] == "line" ? "lineItem" : words[0]
                let legacy =
                    group + "/" + words.dropFirst(depth).map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
                let other = group + "/" + words.dropFirst(depth).joined(separator: "")
                return names.firstIndex { $0 == name || $0 == legacy || $0 == other }
            }
            guard let day = find("line_item_usage_start_date"), let cost = find("line_item_unblended_cost"),
                let usageType = find("line_item_usage_type")
            else {
                throw ReportError(
                    "FILE",
                    "line 1 names no line_item_usage_start_date, line_item_unblended_cost and line_item_usage_type; it is "
                        + "no Cost and Usage Report")
            }
            (self.day, self.cost, self.usageType) = (day, cost, usageType)
            currency = find("line_item_currency_code")
            product = find("line_item_product_code")
            kind = find("line_item_line_item_type")
            amount = find("line_item_usage_amount")
            unit = find("pricing_unit")
        }
    }

    static func read(_ bytes: [UInt8]) throws(ReportError) -> [VendorCharge] {
        var reader = CSVReader(bytes)
        guard let names = try reader.next() else { return [] }
        let places = try Places(names)
        var charges: [VendorCharge] = []
        while true {
            let line = reader.line
            guard let cells = try reader.next() else { return charges }
            if let charge = try charge(cells, places, line) { charges.append(charge) }
        }
    }

    /// Returns nil for a line of another service.
    private static func charge(
        _ cells: [String], _ places: Places, _ line: Int
    ) throws(ReportError) -> VendorCharge? {
        func cell(_ index: Int?) -> String { index.flatMap { $0 < cells.count ? cells[$0] : nil } ?? "" }
        let type = cell(places.usageType)
        let tokens = TokenType(type)
        // Models of other vendors are sold through the marketplace, under a product code of their own.
        guard cell(places.product).contains("Bedrock") || tokens != nil else { return nil }
        guard let day = VendorExport.day(cell(places.day)) else {
            throw ReportError("FILE", "line \(line): the usage start date is no day such as 2026-11-20")
        }
        let text = cell(places.cost)
        guard let cost = text.isEmpty ? 0 : VendorExport.amount(text) else {
            throw ReportError("FILE", "line \(line): the unblended cost is no number")
        }
        let code = cell(places.currency)
        guard let currency = Currency(code.isEmpty ? "USD" : code) else {
            throw ReportError("FILE", "line \(line): '\(code.prefix(16))' is no currency")
        }
        let isUsage = ["", "Usage", "DiscountedUsage"].contains(cell(places.kind))
        let count = isUsage ? AWSExport.count(cell(places.amount), unit: cell(places.unit)) : nil
        return VendorCharge(
            day: day, model: tokens?.model ?? (type.isEmpty ? cell(places.kind) : type), cost: cost, currency: currency,
            input: tokens?.isInput == true ? count : nil, output: tokens?.isInput == false ? count : nil,
            isFee: tokens == nil || !isUsage)
    }

    /// The tokens of an amount; nil when its unit is not known.
    private static func count(_ amount: String, unit: String) -> Int64? {
        let places: Int
        switch unit.lowercased() {
        case "1k tokens", "1k": places = 3
        case "1m tokens", "1m": places = 6
        case "tokens", "token": places = 0
        default: return nil
        }
        return ExactDecimal(amount)?.scaled(places: places, rounding: .nearest).flatMap { Int64(exactly: $0) }
    }

    /// `USE1-Nova-Lite-input-tokens`, taken apart.
    private struct TokenType {
        let model: String
        let isInput: Bool

        /// Returns nil when the usage is not of tokens.
        init?(_ text: String) {
            let kinds: [(String, Bool)] = [
                ("-cache-read-input-token", true), ("-cache-write-input-token", true), ("-mantle-input-token", true),
                ("-mantle-output-token", false), ("-input-token", true), ("-output-token", false),
            ]
            for (marker, isInput) in kinds {
                guard let found = text.ranges(of: marker).first else { continue }
                let head = text[..<found.lowerBound]
                let name = head.firstIndex(of: "-").map { head[head.index(after: $0)...] } ?? head
                guard !name.isEmpty else { return nil }
                (model, self.isInput) = (String(name), isInput)
                return
            }
            return nil
        }
    }
}

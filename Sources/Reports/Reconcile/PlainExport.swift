import Inference

/// A CSV whose columns somebody has named.
enum PlainExport {
    static func read(
        _ bytes: [UInt8], _ columns: VendorColumns, _ dates: ExportDates, _ decimal: VendorDecimal?
    ) throws(ReportError) -> VendorStatement {
        let table = try ExportTable(bytes, names: columns.names)
        func place(_ name: String?) throws(ReportError) -> Int? {
            guard let name else { return nil }
            let found = table.names.indices.filter { table.names[$0] == name }
            guard let index = found.first else {
                let all = table.names.prefix(40).joined(separator: ", ")
                throw ReportError("columns", "the file has no column '\(name)'; it has: \(all)")
            }
            guard found.count == 1 else {
                throw ReportError("columns", "the file has two columns '\(name)'; leave one out")
            }
            return index
        }
        let (day, cost) = (try place(columns.day), try place(columns.cost))
        let (model, currency) = (try place(columns.model), try place(columns.currency))
        let (input, output, id) = (try place(columns.input), try place(columns.output), try place(columns.id))
        let reading = try TableReading(
            table, dates: dates, decimal: decimal, day: day, cost: cost, names: (columns.day, columns.cost))
        var lines = LineBook()
        try table.rows { row throws(ReportError) in
            let (found, amount, hint) = try reading.read(row)
            let code = try reading.currency(row, currency, hint, name: columns.currency ?? "")
            let charge = VendorCharge(
                day: found, model: row[model].isEmpty ? nil : row[model], cost: amount, currency: code,
                input: reading.count(row[input]), output: reading.count(row[output]))
            lines.take(row, id: row[id].isEmpty ? nil : row[id], day: found, [charge])
        }
        reading.remarks.forEach { lines.remark($0) }
        return lines.statement
    }
}

import Inference

/// A CSV whose columns somebody has named.
enum PlainExport {
    static func read(_ bytes: [UInt8], _ columns: VendorColumns) throws(ReportError) -> [VendorCharge] {
        var reader = CSVReader(bytes)
        guard let names = try reader.next() else { return [] }
        func place(_ name: String) throws(ReportError) -> Int {
            guard let index = names.firstIndex(of: name) else {
                throw ReportError(
                    "columns", "the file has no column '\(name)'; it has: \(names.prefix(40).joined(separator: ", "))")
            }
            return index
        }
        let (day, cost) = (try place(columns.day), try place(columns.cost))
        let model = try columns.model.map(place)
        let currency = try columns.currency.map(place)
        let (input, output) = (try columns.input.map(place), try columns.output.map(place))
        var charges: [VendorCharge] = []
        while true {
            let line = reader.line
            guard let cells = try reader.next() else { return charges }
            func cell(_ index: Int?) -> String? { index.flatMap { $0 < cells.count ? cells[$0] : nil } }
            guard let text = cell(day), let found = VendorExport.day(text) else {
                throw ReportError("FILE", "line \(line): column '\(columns.day)' holds no day such as 2026-11-20")
            }
            guard let amount = cell(cost).flatMap({ $0.isEmpty ? 0 : VendorExport.amount($0) }) else {
                throw ReportError(
                    "FILE", "line \(line): column '\(columns.cost)' holds no number such as 0.0123 or 1.2e-05")
            }
            guard let code = Currency((cell(currency) ?? "USD").uppercased()) else {
                throw ReportError(
                    "FILE", "line \(line): column '\(columns.currency ?? "")' holds no currency such as USD")
            }
            charges.append(
                VendorCharge(
                    day: found, model: cell(model).flatMap { $0.isEmpty ? nil : $0 }, cost: amount, currency: code,
                    input: cell(input).flatMap(count), output: cell(output).flatMap(count)))
        }
    }

    private static func count(_ text: String) -> Int64? { ExactDecimal(text)?.whole }
}

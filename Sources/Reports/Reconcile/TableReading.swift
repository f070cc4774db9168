import CivilTime
import Inference

/// How a table writes its days and amounts, learnt from all of its lines before the first is read.
struct TableReading {
    private var dates: ExportDates
    private var amounts: ExportAmounts
    private let places: (day: Int?, cost: Int?)
    private let names: (day: String, cost: String)

    /// Reads the columns `day` and `cost` once, and refuses what contradicts itself.
    ///
    /// - Parameter names: of the two columns, for errors.
    init(
        _ table: ExportTable, dates: ExportDates, decimal: VendorDecimal?, day: Int?, cost: Int?,
        names: (day: String, cost: String)
    ) throws(ReportError) {
        (places, self.names) = ((day, cost), names)
        var dates = dates
        let usual: VendorDecimal? = table.delimiter == UInt8(ascii: ";") ? .comma : nil
        var amounts = ExportAmounts(decimal: table.isJSON ? .point : decimal, usual: usual)
        try table.rows { row throws(ReportError) in
            dates.learn(row[day])
            amounts.learn(row[cost])
        }
        (self.dates, self.amounts) = (dates, amounts)
        guard dates.order != nil else {
            throw ReportError(
                "FILE",
                "column '\(names.day)' has the day first and the month first; --date-order mdy or dmy says which")
        }
        guard !amounts.isContradictory else {
            throw ReportError(
                "FILE", "column '\(names.cost)' has decimal points and decimal commas; --decimal says which")
        }
    }

    /// The day and the amount of a line, in units of 10⁻¹⁸; a line without an amount costs nothing.
    func read(_ row: ExportTable.Row) throws(ReportError) -> (day: String, cost: Int128, currency: Currency?) {
        guard let day = dates.day(row[places.day]) else {
            throw ReportError(
                "FILE", "\(row.place): column '\(names.day)' holds no day such as 2026-11-20, 20.11.2026 or 11/20/2026")
        }
        let text = row[places.cost]
        if text.isEmpty { return (day, 0, nil) }
        guard let (number, currency) = amounts.read(text) else {
            let isComma = text.contains(",")
            throw ReportError(
                "FILE",
                "\(row.place): column '\(names.cost)' holds "
                    + (isComma
                        ? "'\(text.prefix(24))', which may be read in two ways; say --decimal comma or point"
                        : "no number such as 0.0123, 1.2e-05 or $1,234.50"))
        }
        guard let cost = number.scaled(places: VendorCharge.places, rounding: .nearest) else {
            throw ReportError("FILE", "\(row.place): column '\(names.cost)' holds no number such as 0.0123 or 1.2e-05")
        }
        return (day, cost, currency)
    }

    /// The currency of a line: its column's, else the one beside its amount, else US dollars.
    func currency(
        _ row: ExportTable.Row, _ column: Int?, _ hint: Currency?, name: String = "currency"
    ) throws(ReportError) -> Currency {
        let code = row[column].uppercased()
        if code.isEmpty { return hint ?? .usd }
        guard let currency = Currency(code) else {
            throw ReportError("FILE", "\(row.place): column '\(name)' holds no currency such as USD")
        }
        if let hint, hint != currency {
            throw ReportError("FILE", "\(row.place): the amount is in \(hint), its currency says \(currency)")
        }
        return currency
    }

    func amount(_ text: String) -> ExactDecimal? { amounts.read(text)?.number }

    /// A count of tokens; nil for what is none.
    func count(_ text: String) -> Int64? { text.isEmpty ? nil : amounts.count(text) }

    /// What a reader should know of the reading.
    var remarks: [String] {
        guard dates.isGuess, let text = dates.ambiguous else { return [] }
        return ["dates such as \(text) are read with the month first; --date-order dmy reads the day first"]
    }
}

package import CivilTime
import Inference

/// The forms of exports that are read.
package enum VendorExport: Sendable {
    /// Pages of `/v1/organization/costs` and `/v1/organization/usage/completions`, as JSON.
    case openai
    /// Pages of `/v1/organizations/cost_report` and `usage_report/messages`, as JSON.
    case anthropic
    /// AWS's Cost and Usage Report, or Data Exports' CUR 2.0, as CSV.
    case aws
    /// Azure's cost details, as CSV or JSON.
    case azure
    /// Google's billing export, as CSV or JSON.
    case google
    /// Any CSV with a line of names; the columns are named by what they hold.
    case csv(VendorColumns)

    /// The largest file that is read.
    package static let limit = 512 << 20

    /// How people have written a file, where it does not say so itself.
    package struct Writing: Sendable {
        /// Where the vendor's days begin.
        package var zone: TimeZoneRules
        /// Nil to find out.
        package var order: VendorDateOrder?
        /// Nil to find out.
        package var decimal: VendorDecimal?

        package init(zone: TimeZoneRules = .utc, order: VendorDateOrder? = nil, decimal: VendorDecimal? = nil) {
            (self.zone, self.order, self.decimal) = (zone, order, decimal)
        }
    }

    /// Returns what an export says; refuses what it does not understand by line or member, and what is not whole.
    package func read(_ bytes: [UInt8], _ writing: Writing = Writing()) throws(ReportError) -> VendorStatement {
        let dates = ExportDates(writing.zone, order: writing.order)
        let statement: VendorStatement
        switch self {
        case .openai: statement = try OpenAIExport.read(bytes, ExportDays(zone: writing.zone))
        case .anthropic: statement = try AnthropicExport.read(bytes, ExportDays(zone: writing.zone))
        case .aws: statement = try AWSExport.read(bytes, dates)
        case .azure: statement = try AzureExport.read(bytes, dates, writing.decimal)
        case .google: statement = try GoogleExport.read(bytes, dates, writing.decimal)
        case .csv(let columns): statement = try PlainExport.read(bytes, columns, dates, writing.decimal)
        }
        guard !statement.charges.isEmpty else {
            let others = statement.notes.isEmpty ? "" : ": " + statement.notes.joined(separator: "; ")
            throw ReportError("FILE", "holds no charge and no tokens of models\(others)")
        }
        return statement
    }

    /// An amount in units of 10⁻¹⁸.
    static func amount(_ text: some StringProtocol, places: Int = VendorCharge.places) -> Int128? {
        ExactDecimal(text)?.scaled(places: places, rounding: .nearest)
    }
}

/// Which columns of a CSV hold what.
package struct VendorColumns: Sendable, Hashable {
    package var day: String
    package var model: String?
    package var cost: String
    package var currency: String?
    package var input: String?
    package var output: String?
    /// What names a line: two lines with one name that are the same are one charge.
    package var id: String?

    var names: [String] { [day, cost] + [model, currency, input, output, id].compactMap(\.self) }

    /// Reads `day=…,model=…,cost=…,currency=…,input=…,output=…,id=…`; day and cost are required.
    package init(_ text: String) throws(ReportError) {
        var names: [String: String] = [:]
        let known = ["day", "model", "cost", "currency", "input", "output", "id"]
        for part in text.split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, known.contains(String(pair[0])) else {
                throw ReportError("columns", "'\(part)' is none of \(known.joined(separator: "=…, "))=…")
            }
            names[String(pair[0])] = String(pair[1])
        }
        guard let day = names["day"], let cost = names["cost"] else {
            throw ReportError("columns", "needs day=… and cost=…: the names of these columns in the file")
        }
        self.day = day
        self.cost = cost
        model = names["model"]
        currency = names["currency"]
        input = names["input"]
        output = names["output"]
        id = names["id"]
    }
}

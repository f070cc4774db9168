import CivilTime
import Inference

/// The forms of exports that are read.
package enum VendorExport: Sendable {
    /// Pages of `/v1/organization/costs` and `/v1/organization/usage/completions`, as JSON.
    case openai
    /// Pages of `/v1/organizations/cost_report` and `usage_report/messages`, as JSON.
    case anthropic
    /// AWS's Cost and Usage Report, or Data Exports' CUR 2.0, as CSV.
    case aws
    /// Any CSV with a line of names; the columns are named by what they hold.
    case csv(VendorColumns)

    /// The largest file that is read.
    package static let limit = 512 << 20

    /// Returns the lines of an export; refuses what it does not understand by line or member.
    package func read(_ bytes: [UInt8]) throws(ReportError) -> [VendorCharge] {
        let charges: [VendorCharge]
        switch self {
        case .openai: charges = try OpenAIExport.read(bytes)
        case .anthropic: charges = try AnthropicExport.read(bytes)
        case .aws: charges = try AWSExport.read(bytes)
        case .csv(let columns): charges = try PlainExport.read(bytes, columns)
        }
        guard !charges.isEmpty else { throw ReportError("FILE", "holds no charge and no tokens") }
        return charges
    }

    /// `2026-11-20` of a day or moment as exports write it; nil for anything else.
    static func day(_ text: some StringProtocol) -> String? {
        let first = text.prefix(10)
        guard first.utf8.count == 10, CivilDate(first) != nil else { return nil }
        let rest = text.dropFirst(10).first
        return rest == nil || rest == "T" || rest == " " ? String(first) : nil
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

    /// Reads `day=…,model=…,cost=…,currency=…,input=…,output=…`; day and cost are required.
    package init(_ text: String) throws(ReportError) {
        var names: [String: String] = [:]
        let known = ["day", "model", "cost", "currency", "input", "output"]
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
    }
}

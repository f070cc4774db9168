package import Inference
package import Ledger

/// A question about costs, as the command line and the admin API ask it.
package struct CostRequest: Sendable {
    package enum Format: String, Sendable, CaseIterable { case table, csv, json }

    package let window: ReportWindow
    package let by: [CostKey]
    package let application: String?
    package let currency: Currency?
    package let format: Format

    package static let parameters = ["day", "month", "from", "to", "zone", "by", "app", "currency", "format"]

    /// - Parameters:
    ///   - parameters: by name; an unknown one is an error.
    ///   - format: when the question names none.
    ///   - now: UTC milliseconds.
    package init(_ parameters: [String: String], format: Format, now: Int64) throws(ReportError) {
        if let unknown = parameters.keys.sorted().first(where: { !CostRequest.parameters.contains($0) }) {
            throw ReportError(unknown, "is no parameter; known are: \(CostRequest.parameters.joined(separator: ", "))")
        }
        window = try ReportWindow(parameters, now: now)
        by = try CostRequest.keys(parameters["by"] ?? "application")
        application = parameters["app"]
        currency = try parameters["currency"].map { text throws(ReportError) in
            guard let currency = Currency(text) else {
                throw ReportError("currency", "'\(text)' is no currency such as USD")
            }
            return currency
        }
        let name = parameters["format"] ?? format.rawValue
        guard let known = Format(rawValue: name) else {
            throw ReportError("format", "'\(name)' is none of \(CostRequest.names(Format.allCases))")
        }
        self.format = known
    }

    package var query: CostQuery {
        CostQuery(
            from: window.from, to: window.to, by: by, dayStarts: window.days, application: application,
            currency: currency)
    }

    private static func keys(_ text: String) throws(ReportError) -> [CostKey] {
        var keys: [CostKey] = []
        for name in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let key = CostKey(rawValue: String(name)) else {
                throw ReportError("by", "'\(name)' is none of \(names(CostKey.allCases))")
            }
            guard !keys.contains(key) else { throw ReportError("by", "'\(name)' is given twice") }
            keys.append(key)
        }
        return keys
    }

    private static func names<Word: RawRepresentable<String>>(_ words: [Word]) -> String {
        words.map(\.rawValue).joined(separator: ", ")
    }
}

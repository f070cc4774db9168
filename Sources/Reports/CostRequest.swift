import CivilTime
package import Inference
package import Ledger

/// A question about costs, as the command line and the admin API ask it.
package struct CostRequest: Sendable {
    package enum Format: String, Sendable, CaseIterable {
        case table, csv, json
        /// FOCUS 1.2.
        case focus
        case focus13 = "focus-1.3"

        /// Whether rows and columns are those of a specification, and not of the question.
        package var isExport: Bool { self == .focus || self == .focus13 }
    }
    /// What a window is compared with: all of the one before, or as much of it as has passed of this one.
    package enum Comparison: String, Sendable, CaseIterable { case previous, elapsed }

    package let window: ReportWindow
    /// The window that this one is compared with; nil when nobody asked.
    package let previous: ReportWindow?
    package let by: [CostGroup]
    package let application: String?
    package let currency: Currency?
    package let team: String?
    /// By the name that applications use, or the vendor's own.
    package let model: String?
    package let provider: String?
    let sort: CostOrder
    /// The end of the day up to which calls and corrections count, UTC milliseconds; nil for all.
    let asOf: Int64?
    /// `2026-11-21`; nil for all.
    let asOfDay: String?
    let showsCorrections: Bool
    package let dialect: CSV.Dialect
    /// Whether the end of the window is foreseen.
    let forecasts: Bool
    /// Whether costs are shown as shares of the budgets that cover the window.
    let sharesBudgets: Bool
    package let format: Format
    /// The moment of the question, UTC milliseconds.
    let now: Int64

    /// Those that are true or false stand in ``switches``.
    package static let parameters = [
        "day", "week", "month", "quarter", "year", "from", "to", "zone", "by", "app", "team", "model", "provider",
        "currency", "as-of", "corrections", "compare", "forecast", "budget-share", "sort", "format", "csv-dialect",
    ]
    package static let switches = ["forecast", "budget-share", "corrections"]

    /// - Parameters:
    ///   - parameters: by name; an unknown one is an error.
    ///   - format: when the question names none.
    ///   - now: UTC milliseconds.
    package init(_ parameters: [String: String], format: Format, now: Int64) throws(ReportError) {
        if let unknown = parameters.keys.sorted().first(where: { !CostRequest.parameters.contains($0) }) {
            throw ReportError(unknown, "is no parameter; known are: \(CostRequest.parameters.joined(separator: ", "))")
        }
        let window = try ReportWindow(parameters, now: now)
        self.window = window
        self.now = now
        let comparison = try CostRequest.word(parameters, "compare", Comparison.self)
        previous = try comparison.map { comparison throws(ReportError) in
            let previous = try window.previous()
            return comparison == .previous ? previous : previous.beginning(min(now, window.to) - window.from)
        }
        by = try CostRequest.groups(parameters["by"] ?? "application")
        application = parameters["app"]
        (team, model, provider) = (parameters["team"], parameters["model"], parameters["provider"])
        sort = try CostRequest.word(parameters, "sort", CostOrder.self) ?? .name
        dialect = try CostRequest.word(parameters, "csv-dialect", CSV.Dialect.self) ?? .standard
        asOfDay = parameters["as-of"]
        asOf = try parameters["as-of"].map { text throws(ReportError) in
            guard let day = CivilDate(text) else {
                throw ReportError("as-of", "'\(text)' is no day such as 2026-11-21")
            }
            return window.zone.start(of: day.adding(days: 1))
        }
        showsCorrections = try CostRequest.isOn(parameters, "corrections")
        currency = try parameters["currency"].map { text throws(ReportError) in
            guard let currency = Currency(text) else {
                throw ReportError("currency", "'\(text)' is no currency such as USD")
            }
            return currency
        }
        forecasts = try CostRequest.isOn(parameters, "forecast")
        sharesBudgets = try CostRequest.isOn(parameters, "budget-share")
        self.format = try CostRequest.word(parameters, "format", Format.self) ?? format
        let shapes = ["by", "compare", "forecast", "budget-share", "corrections", "as-of", "sort", "csv-dialect"]
        if self.format.isExport, let shape = shapes.first(where: { parameters[$0] != nil }) {
            throw ReportError(shape, "leave it out: --format \(self.format.rawValue) has rows and columns of its own")
        }
    }

    package var query: CostQuery { query(of: window, by: CostGroup.keys(by)) }

    func query(of window: ReportWindow, by keys: [CostKey]) -> CostQuery {
        var query = CostQuery(
            from: window.from, to: min(window.to, asOf ?? .max), by: keys, dayStarts: window.days,
            application: application, currency: currency)
        (query.team, query.model, query.provider) = (team, model, provider)
        (query.asOf, query.showsCorrections) = (asOf, showsCorrections)
        return query
    }

    private static func groups(_ text: String) throws(ReportError) -> [CostGroup] {
        var groups: [CostGroup] = []
        for name in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let group = CostGroup(rawValue: String(name)) else {
                throw ReportError("by", "'\(name)' is none of \(names(CostGroup.allCases))")
            }
            guard !groups.contains(group) else { throw ReportError("by", "'\(name)' is given twice") }
            groups.append(group)
        }
        return groups
    }

    private static func word<Word: RawRepresentable<String> & CaseIterable>(
        _ parameters: [String: String], _ name: String, _ type: Word.Type
    ) throws(ReportError) -> Word? {
        guard let text = parameters[name] else { return nil }
        guard let word = Word(rawValue: text) else {
            throw ReportError(name, "'\(text)' is none of \(names(Array(Word.allCases)))")
        }
        return word
    }

    private static func isOn(_ parameters: [String: String], _ name: String) throws(ReportError) -> Bool {
        switch parameters[name] {
        case nil, "false": return false
        case "true": return true
        case .some(let text): throw ReportError(name, "'\(text)' is neither true nor false")
        }
    }

    private static func names<Word: RawRepresentable<String>>(_ words: [Word]) -> String {
        words.map(\.rawValue).joined(separator: ", ")
    }
}

package import CivilTime
package import Inference
package import Ledger

/// A vendor's export beside the ledger, day by day and model by model, with the causes of what differs.
package struct Reconciliation: Sendable {
    package struct Row: Sendable {
        package let day: String
        /// Nil when the export names no models: all of them together.
        package let model: String?
        package let currency: Currency
        /// Nano-units; nil when the export has tokens alone.
        package let vendor: Int64?
        package let ledger: Int64
        package let isWithin: Bool
        /// Why the two may differ, the likeliest first, each with how sure that is.
        package let causes: [String]

        package var difference: Int64? { vendor.map { ledger.addingClamped(-$0) } }
    }

    struct Key: Hashable {
        var day: String
        var model: String?
        var currency: Currency
    }

    /// What is compared, and how.
    package struct Question: Sendable {
        /// The ledger's model for a vendor's name, where they differ.
        package var names: [String: String] = [:]
        /// Compare its calls alone; unless told, those of the providers that share a model with the export.
        package var provider: String?
        /// Where the vendor's days begin.
        package var zone: TimeZoneRules
        package var tolerance: Tolerance
        /// UTC milliseconds.
        package var now: Int64

        package init(
            names: [String: String] = [:], provider: String? = nil, zone: TimeZoneRules = .utc,
            tolerance: Tolerance = .usual, now: Int64
        ) {
            (self.names, self.provider, self.zone) = (names, provider, zone)
            (self.tolerance, self.now) = (tolerance, now)
        }
    }

    /// By day and model.
    package let rows: [Row]
    /// The providers whose calls were compared.
    package let providers: [String]
    /// The days that the export covers, first and last.
    package let days: (first: String, last: String)
    /// What there is to know of the export, and what of it or of the ledger was not compared.
    package private(set) var notes: [String]
    /// Whether something that should have been compared was not there.
    private let isPartial: Bool
    package var isWithin: Bool { !isPartial && rows.allSatisfy(\.isWithin) }

    /// Reads the ledger for the days that an export covers.
    package init(_ statement: VendorStatement, _ question: Question, ledger: LedgerReader) throws {
        guard let (first, last) = statement.span, last.daysSince1970 - first.daysSince1970 <= 3_660 else {
            throw ReportError("FILE", "covers no days, or more than ten years")
        }
        let zone = question.zone
        let book = try LedgerBook(
            ledger, from: zone.start(of: first), to: zone.start(of: last.adding(days: 1)), zone: zone)
        try self.init(statement, question, book: book)
    }

    init(_ statement: VendorStatement, _ question: Question, book: LedgerBook) throws(ReportError) {
        days = (statement.span?.first.description ?? "", statement.span?.last.description ?? "")
        let namesModels = statement.charges.contains { $0.model != nil && !$0.isFee }
        func key(_ charge: VendorCharge) -> Key {
            let model = charge.model.map { question.names[$0] ?? (charge.isFee ? $0 : book.model(named: $0)) }
            return Key(day: charge.day, model: namesModels ? model ?? "" : nil, currency: charge.currency)
        }
        var vendor: [Key: VendorDay] = [:]
        for charge in statement.charges { vendor[key(charge), default: VendorDay()].add(charge) }
        for charge in statement.repeats { vendor[key(charge), default: VendorDay()].addRepeat(charge) }
        let choice = try ProviderChoice(
            question.provider, book, models: namesModels ? Set(vendor.keys.compactMap(\.model)) : nil,
            named: statement.charges.filter { !$0.isFee }.compactMap(\.model))
        providers = choice.providers
        let all = book.days(of: Set(providers), byModel: namesModels)
        let booked = all.filter { statement.days.contains($0.key.day) }
        let history = ReconciliationHistory(vendor: vendor, booked: booked, tolerance: question.tolerance)
        let keys = Set(vendor.keys).union(booked.keys).sorted {
            ($0.day, $0.model ?? "", $0.currency.code) < ($1.day, $1.model ?? "", $1.currency.code)
        }
        rows = keys.map { key in
            let (said, had) = (vendor[key], booked[key] ?? BookedDay())
            let causes = ReconciliationCauses(key, said, had, history)
            return Row(
                day: key.day, model: key.model, currency: key.currency, vendor: said == nil ? 0 : said?.cost,
                ledger: had.cost, isWithin: causes.isWithin, causes: causes.isWithin ? [] : causes.found)
        }
        let gaps = statement.gaps.map(Reconciliation.text)
        let uncovered = Set(all.keys.map(\.day)).subtracting(statement.days).sorted()
        isPartial = !gaps.isEmpty || !uncovered.isEmpty
        notes = statement.notes + choice.notes
        if !gaps.isEmpty {
            notes.append("the export is not whole: it has nothing of \(gaps.joined(separator: ", "))")
        }
        if !uncovered.isEmpty {
            notes.append(
                "not compared, since the export has no line of them: \(uncovered.prefix(10).joined(separator: ", "))"
                    + (uncovered.count > 10 ? " and \(uncovered.count - 10) days more" : ""))
        }
        addNotes(
            question, booked, names: Set(statement.charges.compactMap(\.model)), models: book.models(of: providers))
    }

    private mutating func addNotes(
        _ question: Question, _ booked: [Key: BookedDay], names: Set<String>, models: [String]
    ) {
        let archived = Set(booked.filter(\.value.isArchived).keys.map(\.day)).sorted()
        if let first = archived.first, let last = archived.last {
            notes.append(
                "the rows of \(first)\(first == last ? "" : " to \(last)") are gone (ledger.retention): their sums are "
                    + "compared, fallback prices and pieces are not known")
        }
        let today = question.zone.date(atUTC: question.now).description
        if days.last >= today { notes.append("\(today) is not over; vendors write charges down hours later") }
        for (vendor, ours) in question.names.sorted(by: { $0.key < $1.key }) {
            if !names.contains(vendor) { notes.append("--map: the export has no model '\(vendor)'") }
            if !models.contains(ours) { notes.append("--map: the ledger has no call of '\(ours)' in these days") }
        }
        if providers.isEmpty { notes.append("the ledger has no call in these days") }
    }

    private static func text(_ days: ClosedRange<CivilDate>) -> String {
        days.lowerBound == days.upperBound ? "\(days.lowerBound)" : "\(days.lowerBound) to \(days.upperBound)"
    }
}

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
        /// Why the two may differ, the likeliest first.
        package let causes: [String]

        package var difference: Int64? { vendor.map { ledger.addingClamped(-$0) } }
    }

    struct Key: Hashable {
        var day: String
        var model: String?
        var currency: Currency
    }

    /// By day and model.
    package let rows: [Row]
    /// The providers whose calls were compared.
    package let providers: [String]
    /// The days that the export covers, first and last.
    package let days: (first: String, last: String)
    package var isWithin: Bool { rows.allSatisfy(\.isWithin) }

    /// Reads the ledger for the days that `charges` cover.
    ///
    /// - Parameters:
    ///   - names: the ledger's model for a vendor's name, where they differ.
    ///   - provider: compare its calls alone; unless told, those of the providers that share a model with the export.
    ///   - zone: where the vendor's days begin.
    package init(
        _ charges: [VendorCharge], names: [String: String] = [:], provider: String? = nil, zone: TimeZoneRules,
        tolerance: Tolerance, ledger: LedgerReader
    ) throws {
        guard let first = charges.map(\.day).min(), let last = charges.map(\.day).max(), let start = CivilDate(first),
            let end = CivilDate(last), end.daysSince1970 - start.daysSince1970 <= 3_660
        else { throw ReportError("FILE", "covers no days, or more than ten years") }
        var book = LedgerBook(zone: zone)
        try ledger.billedAttempts(from: zone.start(of: start), to: zone.start(of: end.adding(days: 1))) {
            book.take($0)
        }
        self.init(charges, names: names, provider: provider, tolerance: tolerance, book: book, days: (first, last))
    }

    init(
        _ charges: [VendorCharge], names: [String: String], provider: String?, tolerance: Tolerance, book: LedgerBook,
        days: (first: String, last: String)
    ) {
        self.days = days
        let namesModels = charges.contains { $0.model != nil && !$0.isFee }
        var vendor: [Key: VendorDay] = [:]
        for charge in charges {
            let model = charge.model.map { names[$0] ?? book.model(named: $0) }
            let key = Key(day: charge.day, model: namesModels ? model ?? "" : nil, currency: charge.currency)
            vendor[key, default: VendorDay()].add(charge)
        }
        let models = Set(vendor.keys.compactMap(\.model))
        providers = provider.map { [$0] } ?? book.providers(sharing: models)
        let booked = book.days(of: Set(providers), byModel: namesModels)
        let history = ReconciliationHistory(vendor: vendor, booked: booked, tolerance: tolerance)
        let keys = Set(vendor.keys).union(booked.keys).sorted {
            ($0.day, $0.model ?? "", $0.currency.code) < ($1.day, $1.model ?? "", $1.currency.code)
        }
        rows = keys.map { key in
            let (said, had) = (vendor[key] ?? VendorDay(), booked[key] ?? BookedDay())
            let cost = vendor[key] == nil ? 0 : said.cost
            let causes = ReconciliationCauses(key, said, had, history, tolerance)
            return Row(
                day: key.day, model: key.model, currency: key.currency, vendor: cost, ledger: had.cost,
                isWithin: causes.isWithin, causes: causes.isWithin ? [] : causes.found)
        }
    }
}

/// The ledger's calls of a time, by provider, day, model and currency.
struct LedgerBook {
    private let zone: TimeZoneRules
    private var groups: [String: [Reconciliation.Key: BookedDay]] = [:]
    /// The model that was asked for, by the name that served.
    private var served: [String: String] = [:]
    private var models: [String: Set<String>] = [:]

    init(zone: TimeZoneRules) {
        self.zone = zone
    }

    mutating func take(_ attempt: BilledAttempt) {
        let day = zone.date(atUTC: attempt.admittedAt).description
        let key = Reconciliation.Key(day: day, model: attempt.upstreamModel, currency: attempt.currency ?? .usd)
        groups[attempt.provider, default: [:]][key, default: BookedDay()].add(attempt)
        models[attempt.provider, default: []].insert(attempt.upstreamModel)
        if let name = attempt.servedModel, name != attempt.upstreamModel { served[name] = attempt.upstreamModel }
    }

    /// The ledger's name for a vendor's model: the same, or that of the calls that it served.
    func model(named name: String) -> String {
        if models.values.contains(where: { $0.contains(name) }) { return name }
        return served[name] ?? name
    }

    /// The providers that have calls of one of `names`; all of them when none has.
    func providers(sharing names: Set<String>) -> [String] {
        let found = models.filter { !$0.value.isDisjoint(with: names) }.keys.sorted()
        return found.isEmpty ? models.keys.sorted() : found
    }

    func days(of providers: Set<String>, byModel: Bool) -> [Reconciliation.Key: BookedDay] {
        var days: [Reconciliation.Key: BookedDay] = [:]
        for (provider, group) in groups where providers.contains(provider) {
            for (key, day) in group {
                var key = key
                if !byModel { key.model = nil }
                days[key, default: BookedDay()].add(day)
            }
        }
        return days
    }
}

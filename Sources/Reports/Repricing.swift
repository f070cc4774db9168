import CivilTime
package import Inference
package import Ledger

/// What attempts would cost at the prices that the price book has now, beside what was booked. Pure: prices come in.
package struct Repricing: Sendable {
    /// One day of one model of one provider, in one currency.
    package struct Row: Sendable {
        package let day: String
        package let provider: String
        package let model: String
        /// Nil when neither the ledger nor the book knows a price.
        package let currency: Currency?
        package var attempts: Int64 = 0
        /// Nano-units, with the corrections of earlier repricing.
        package var booked: Int64 = 0
        package var recomputed: Int64 = 0
        /// Attempts whose cost differs.
        package var differing: Int64 = 0
        /// Attempts that cannot be recomputed; they are in `booked` and `recomputed` at what was booked.
        package var kept: Int64 = 0

        package var difference: Int64 { recomputed.addingClamped(-booked) }
    }

    /// A correction that would make an attempt's cost what it comes to.
    package struct Correction: Sendable {
        package let request: RequestID
        package let attempt: Int
        package let nano: Int64
        /// The ledger books it once.
        package let id: String
        /// For an attempt whose price was unknown.
        package let currency: Currency?
    }

    package let window: ReportWindow
    /// In the order of their requests.
    package private(set) var corrections: [Correction] = []
    /// Why attempts were not recomputed, and how many.
    package private(set) var reasons: [String: Int64] = [:]
    /// Whether every attempt that has a price was compared with the book.
    package private(set) var isComplete = true
    private var groups: [[String]: Row] = [:]
    private let filter: (provider: String?, model: String?)
    private let price: @Sendable (_ provider: String, _ model: String, _ day: String) -> Price?

    /// - Parameters:
    ///   - price: the price of a provider's model on a day (`YYYY-MM-DD`, UTC).
    package init(
        _ window: ReportWindow, provider: String? = nil, model: String? = nil,
        price: @escaping @Sendable (_ provider: String, _ model: String, _ day: String) -> Price?
    ) {
        self.window = window
        filter = (provider, model)
        self.price = price
    }

    /// By day, provider and model.
    package var rows: [Row] { groups.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value) }

    /// Recomputes the attempts that the ledger has in the window.
    package mutating func run(on ledger: LedgerReader) throws(LedgerError) {
        try ledger.billedAttempts(from: window.from, to: window.to) { take($0) }
        try ledger.archivedCharges(from: window.from, to: window.to) { take($0) }
    }

    /// Takes what is left of attempts whose rows are gone: it is shown, and cannot be recomputed.
    package mutating func take(_ archived: ArchivedCharges) {
        if let provider = filter.provider, provider != archived.provider { return }
        if let model = filter.model, model != archived.upstreamModel { return }
        let day = window.zone.date(atUTC: archived.startsAt).description
        let key = [day, archived.provider, archived.upstreamModel, archived.currency?.code ?? ""]
        var row =
            groups[key]
            ?? Row(day: day, provider: archived.provider, model: archived.upstreamModel, currency: archived.currency)
        row.attempts += archived.attempts
        row.kept += archived.attempts
        row.booked = row.booked.addingClamped(archived.cost)
        row.recomputed = row.recomputed.addingClamped(archived.cost)
        groups[key] = row
        reasons["their rows are gone (ledger.retention), their sums are left", default: 0] += archived.attempts
        isComplete = false
    }

    package mutating func take(_ attempt: BilledAttempt) {
        if let provider = filter.provider, provider != attempt.provider { return }
        if let model = filter.model, model != attempt.upstreamModel { return }
        let (charge, currency, reason) = recompute(attempt)
        if reason != nil, !attempt.isFree { isComplete = false }
        let booked = (attempt.settlement.cost?.nano ?? 0).addingClamped(attempt.corrections[.reprice] ?? 0)
        let day = window.zone.date(atUTC: attempt.admittedAt).description
        let key = [day, attempt.provider, attempt.upstreamModel, currency?.code ?? ""]
        var row =
            groups[key]
            ?? Row(day: day, provider: attempt.provider, model: attempt.upstreamModel, currency: currency)
        row.attempts += 1
        row.booked = row.booked.addingClamped(booked)
        row.recomputed = row.recomputed.addingClamped(charge ?? booked)
        if let reason {
            row.kept += 1
            reasons[reason, default: 0] += 1
        }
        if let charge, charge != booked || isFirstPrice(attempt) {
            row.differing += 1
            corrections.append(
                Correction(
                    request: attempt.request, attempt: attempt.attempt, nano: charge.addingClamped(-booked),
                    id: "reprice:\(attempt.request):\(attempt.attempt):\(attempt.repricings + 1)",
                    currency: attempt.settlement.cost == nil ? currency : nil))
        }
        groups[key] = row
    }

    /// Whether the attempt had no price until now: even a cost of zero is then news.
    private func isFirstPrice(_ attempt: BilledAttempt) -> Bool {
        attempt.settlement.cost == nil && attempt.repricings == 0
    }

    private func recompute(_ attempt: BilledAttempt) -> (charge: Int64?, currency: Currency?, reason: String?) {
        let settlement = attempt.settlement
        if attempt.isFree { return (nil, attempt.currency, "declared free") }
        guard settlement.basis == .reported || settlement.basis == .counted else {
            return (nil, attempt.currency, "presumed: their usage is unknown")
        }
        let day = TimeZoneRules.utc.date(atUTC: attempt.admittedAt).description
        guard let price = price(attempt.provider, attempt.upstreamModel, day) else {
            return (nil, attempt.currency, "without a price in the book for their day")
        }
        if let booked = attempt.currency, booked != price.currency {
            return (nil, booked, "booked in \(booked), the book has a price in \(price.currency)")
        }
        guard let charge = price.charge(for: settlement.usage, tier: settlement.tier, geo: settlement.geo) else {
            return (nil, attempt.currency, "beyond what a ledger holds")
        }
        return (charge.nano, price.currency, nil)
    }
}

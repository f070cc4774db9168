import CivilTime
import Inference
import Ledger

/// Adds charges up into the rows of an export: by day, source, rates and certainty.
struct FocusSum {
    /// What a source has in common with others: configurations change, and who pays for what stays.
    struct Account: Hashable {
        let application: String
        let team: String?
        let key: String
        let model: String
        let prompt: String?
        let promptVersion: String?
        let experiment: String?
        let variant: String?
        let provider: String
        let upstreamModel: String
        let currency: Currency
    }

    struct UsageKey: Hashable {
        let day: Int
        let account: Account
        /// Nil for a target that is free.
        let price: Price?
        let rates: AppliedRates
        let basis: Basis
    }

    /// Money without a usage that explains it.
    struct OtherKey: Hashable {
        enum Kind: Hashable {
            case presumed
            case correction(Adjustment.Kind)
        }

        let day: Int
        let account: Account
        let kind: Kind
        /// The first day of the month in which it is billed.
        let billed: CivilDate
    }

    private(set) var usage: [UsageKey: (usage: Usage, cost: Int64)] = [:]
    private(set) var others: [OtherKey: Int64] = [:]
    /// Requests whose price nobody knows: they are in no row.
    private(set) var unpriced: Int64 = 0
    private let window: ReportWindow
    private var accounts: [AccountKey: Account] = [:]

    private struct AccountKey: Hashable {
        let source: Int64
        let currency: Currency
    }

    init(_ window: ReportWindow) {
        self.window = window
    }

    mutating func add(_ row: ChargeRow) {
        guard let cost = row.cost, let currency = row.source.currency else {
            if !row.isSuperseded { unpriced = unpriced.addingClamped(1) }
            return
        }
        let account = account(row.source, currency)
        let day = day(of: row.admittedAt)
        guard row.basis != .presumed else {
            add(cost, OtherKey(day: day, account: account, kind: .presumed, billed: month(of: row.admittedAt)))
            return
        }
        let free = AppliedRates(when: RateConditions(), isExact: true)
        let key = UsageKey(
            day: day, account: account, price: row.source.price,
            rates: row.source.price?.applied(to: row.usage, tier: row.tier, geo: row.geo, costing: cost) ?? free,
            basis: row.basis)
        add(row.usage, cost, key)
    }

    /// Single charges are gone: which of them had rates of their own cannot be told.
    mutating func add(_ removed: ChargeSum) {
        unpriced = unpriced.addingClamped(removed.unpriced)
        guard let cost = removed.cost, let currency = removed.source.currency else { return }
        let account = account(removed.source, currency)
        let day = day(of: removed.from)
        if removed.presumed != 0 {
            let key = OtherKey(day: day, account: account, kind: .presumed, billed: month(of: removed.from))
            add(removed.presumed, key)
        }
        let rates = AppliedRates(when: RateConditions(), isExact: removed.source.isFree)
        let key = UsageKey(day: day, account: account, price: removed.source.price, rates: rates, basis: .reported)
        add(removed.usage, cost.subtractingClamped(removed.presumed), key)
    }

    private mutating func add(_ used: Usage, _ cost: Int64, _ key: UsageKey) {
        var sum = usage[key] ?? (Usage(), 0)
        sum.usage.add(used)
        usage[key] = (sum.usage, sum.cost.addingClamped(cost))
    }

    mutating func add(_ row: CorrectionRow) {
        if row.givesPrice { unpriced = unpriced.subtractingClamped(1) }
        guard row.nano != 0 else { return }
        let account = account(row.source, row.currency)
        add(
            row.nano,
            OtherKey(
                day: day(of: row.admittedAt), account: account, kind: .correction(row.kind),
                billed: max(month(of: row.at), month(of: row.admittedAt))))
    }

    private mutating func add(_ nano: Int64, _ key: OtherKey) {
        others[key] = (others[key] ?? 0).addingClamped(nano)
    }

    private mutating func account(_ source: ChargeSource, _ currency: Currency) -> Account {
        let key = AccountKey(source: source.id, currency: currency)
        if let known = accounts[key] { return known }
        let call = source.call
        let account = Account(
            application: call.application, team: call.team, key: call.key, model: call.model,
            prompt: call.prompt?.name, promptVersion: call.prompt?.version, experiment: call.variant?.experiment,
            variant: call.variant?.variant, provider: source.provider, upstreamModel: source.upstreamModel,
            currency: currency)
        accounts[key] = account
        return account
    }

    /// The day of the window that a moment lies in.
    private func day(of moment: Int64) -> Int {
        var (low, high) = (0, window.days.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if window.days[middle].startsAt <= moment { low = middle } else { high = middle }
        }
        return low
    }

    private func month(of moment: Int64) -> CivilDate { window.zone.date(atUTC: moment).firstOfMonth }
}

import CivilTime
import Inference
import JSON
import Ledger

/// Makes rows of sums: knows when days and months begin in the report's zone.
struct FocusCalendar {
    private let window: ReportWindow

    init(_ window: ReportWindow) {
        self.window = window
    }

    /// A row for each class that has tokens, and for each kind of piece. What was rounded up is divided among them, so that they add up to `cost`.
    func rows(_ key: FocusSum.UsageKey, _ usage: Usage, _ cost: Int64) -> [FocusRow] {
        let rates = key.price?.rates(when: key.rates.when) ?? Rates(input: 0, output: 0)
        let meters = usage.meters(at: rates, key.price?.perCall ?? [:])
        guard !meters.isEmpty else { return cost == 0 ? [] : [unexplained(key, cost)] }
        let parts = Apportionment.parts(of: cost, weights: meters.map { UInt128(max(0, $0.due)) })
        return zip(meters, parts).map { meter, part in
            let metered = FocusRow.Metered(
                meter: meter,
                priceID: FocusCalendar.priceID(FocusRow.sku(key.account, meter.name), key, meter.rate),
                priceDetails: FocusCalendar.details(key))
            return row(
                key.account, key.day, part, metered, basis: key.basis.rawValue, meter: (meter.name, meter.title),
                "\(meter.title) of \(key.account.upstreamModel)")
        }
    }

    func row(_ key: FocusSum.OtherKey, _ nano: Int64) -> FocusRow {
        let model = key.account.upstreamModel
        switch key.kind {
        case .presumed:
            return row(
                key.account, key.day, nano, nil, basis: Basis.presumed.rawValue, meter: ("presumed", "Presumed"),
                "Calls of \(model) whose end is unknown, charged at the most that they can have cost")
        case .correction(let kind):
            let charged = day(key.day).date.firstOfMonth
            return row(
                key.account, key.day, nano, nil, basis: kind.rawValue, meter: ("correction", "Correction"),
                "Correction of charges for \(model): \(kind.rawValue)", billed: key.billed,
                isCorrection: key.billed > charged)
        }
    }

    /// A cost whose usage names nothing that has a price.
    private func unexplained(_ key: FocusSum.UsageKey, _ cost: Int64) -> FocusRow {
        row(
            key.account, key.day, cost, nil, basis: key.basis.rawValue, meter: ("other", "Other"),
            "Charges of \(key.account.upstreamModel) that no usage explains")
    }

    private func row(
        _ account: FocusSum.Account, _ index: Int, _ nano: Int64, _ metered: FocusRow.Metered?, basis: String,
        meter: (String, String), _ description: String, billed: CivilDate? = nil, isCorrection: Bool = false
    ) -> FocusRow {
        let day = day(index)
        let month = billed ?? day.date.firstOfMonth
        return FocusRow(
            account: account, charge: (day.from, day.to),
            billing: (window.zone.start(of: month), window.zone.start(of: month.firstOfMonth(adding: 1))),
            billed: nano, metered: metered, isCorrection: isCorrection, basis: basis, meter: meter,
            description: description)
    }

    private func day(_ index: Int) -> (date: CivilDate, from: Int64, to: Int64) {
        let day = window.days[index]
        let next = index + 1 < window.days.count ? window.days[index + 1].startsAt : window.to
        return (CivilDate(day.label) ?? CivilDate(daysSince1970: 0), day.startsAt, next)
    }

    /// `openai/gpt-6.1-terra/input@2026-11-01:batch:0.15`: what is sold, and the entry of the price book, by its day, its
    /// rates and its price.
    private static func priceID(_ sku: String, _ key: FocusSum.UsageKey, _ rate: Int64) -> String {
        guard let price = key.price else { return "\(sku)@free" }
        return "\(sku)@\(price.from):\(key.rates.when.word):\(Figures.price(rate))"
    }

    private static func details(_ key: FocusSum.UsageKey) -> String {
        var members: [(String, JSONValue)] = []
        if let price = key.price {
            members.append(("x_From", .string(price.from)))
            members.append(("x_Source", .string(price.source)))
        }
        if let tier = key.rates.when.tier { members.append(("x_Tier", .string(tier))) }
        if let geo = key.rates.when.geo { members.append(("x_Geo", .string(geo))) }
        if let above = key.rates.when.aboveInput { members.append(("x_AboveInputTokens", .number(String(above)))) }
        if !key.rates.isExact { members.append(("x_Exact", .bool(false))) }
        return FocusRow.object(members)
    }
}

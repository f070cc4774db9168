import CivilTime
package import Inference

/// The exchange rates of the price book, by their day, in both directions.
///
/// A rate that is written for `EUR` in `USD` also says what a dollar is in euros: its inverse, rounded up to the next
/// nano-unit, so that a budget never counts less than the written rate says. Two rates of the euro on the same day say
/// what their currencies are in each other.
package struct ExchangeRates: Sendable {
    /// Days after which a rate is no longer used: long enough for a weekend with holidays.
    package static let oldest = 7

    /// What happens when there is no rate of the last days.
    package enum Missing: String, Sendable, CaseIterable {
        /// Calls that need it are refused.
        case deny
        /// The last one is used, however old it is.
        case last
    }

    package var missing = Missing.deny
    /// What the prices of the book are in.
    package var currencies: Set<Currency> = []
    /// By ascending day.
    private var rates: [Pair: [FXRate]] = [:]
    /// As they are written for the euro, by day.
    private var euros: [Currency: [String: FXRate]] = [:]

    private struct Pair: Hashable { var base, quote: Currency }

    /// Rates as they are written, in any order; of two for the same pair and day the later one counts.
    package init(_ written: [FXRate] = [], missing: Missing = .deny) {
        self.missing = missing
        var byDay: [Pair: [String: FXRate]] = [:]
        for rate in written {
            byDay[Pair(base: rate.base, quote: rate.quote), default: [:]][rate.day] = rate
            if rate.base == .eur { euros[rate.quote, default: [:]][rate.day] = rate }
        }
        // An inverse never takes the place of a rate that somebody wrote.
        for (pair, days) in byDay {
            for (day, rate) in days {
                let other = Pair(base: pair.quote, quote: pair.base)
                guard byDay[other]?[day] == nil, let inverse = rate.inverse else { continue }
                rates[other, default: []].append(inverse)
            }
            rates[pair, default: []] += days.values
        }
        for pair in rates.keys { rates[pair]?.sort { $0.day < $1.day } }
    }

    /// How many days a rate is used.
    package var days: Int { missing == .last ? 36_525 : ExchangeRates.oldest }

    /// Returns the latest rate from `base` to `quote` that is not later than `day` (`YYYY-MM-DD`, UTC) and at most
    /// ``days`` older; nil when the book names none.
    package func rate(from base: Currency, to quote: Currency, on day: String) -> FXRate? {
        guard let rate = rates(from: base, to: quote).last(where: { $0.day <= day }) else { return nil }
        guard let first = CivilDate(rate.day), let last = CivilDate(day) else { return nil }
        return last.daysSince1970 - first.daysSince1970 <= days ? rate : nil
    }

    /// All rates from the book's ``currencies`` into `quote`, by their day, ascending.
    package func all(to quote: Currency) -> [FXRate] { all(to: quote, from: currencies) }

    /// All rates from any of `bases` into `quote`, by their day, ascending.
    package func all(to quote: Currency, from bases: Set<Currency>) -> [FXRate] {
        bases.flatMap { rates(from: $0, to: quote) }.sorted { ($0.day, $0.base.code) < ($1.day, $1.base.code) }
    }

    /// Written rates, inverses, and for days that have neither what the euro's rates come to; by ascending day.
    private func rates(from base: Currency, to quote: Currency) -> [FXRate] {
        let direct = rates[Pair(base: base, quote: quote)] ?? []
        guard base != .eur, quote != .eur, base != quote, let from = euros[base], let to = euros[quote] else {
            return direct
        }
        let known = Set(direct.map(\.day))
        let crossed = from.values.compactMap { one -> FXRate? in
            guard !known.contains(one.day), let other = to[one.day] else { return nil }
            return FXRate(from: one, to: other)
        }
        return (direct + crossed).sorted { $0.day < $1.day }
    }
}

extension FXRate {
    /// The same rate seen from the other currency, rounded up; nil when it exceeds `Int64` or the rate is not above zero.
    fileprivate var inverse: FXRate? {
        guard nano > 0 else { return nil }
        let one = Int128(1_000_000_000)
        guard let inverted = Int64(exactly: (one * one + Int128(nano) - 1) / Int128(nano)) else { return nil }
        return FXRate(base: quote, quote: base, day: day, nano: inverted, source: source)
    }

    /// From one currency to another by what a euro is in each, rounded up; nil when it exceeds `Int64`.
    fileprivate init?(from one: FXRate, to other: FXRate) {
        guard one.nano > 0 else { return nil }
        let product = Int128(other.nano) * 1_000_000_000
        guard let nano = Int64(exactly: (product + Int128(one.nano) - 1) / Int128(one.nano)) else { return nil }
        let source = one.source == other.source ? one.source : "\(one.source); \(other.source)"
        self.init(base: one.quote, quote: other.quote, day: one.day, nano: nano, source: "\(source), through EUR")
    }
}

import CivilTime
package import Inference

/// The exchange rates of the price book, by their day, in both directions.
///
/// A rate that is written for `EUR` in `USD` also says what a dollar is in euros: its inverse, rounded up to the next
/// nano-unit, so that a budget never counts less than the written rate says.
package struct ExchangeRates: Sendable {
    /// Days after which a rate is no longer used: long enough for a weekend with holidays.
    package static let oldest = 7

    /// By ascending day.
    private var rates: [Pair: [FXRate]] = [:]

    private struct Pair: Hashable { var base, quote: Currency }

    /// Rates as they are written, in any order.
    package init(_ written: [FXRate] = []) {
        for rate in written {
            rates[Pair(base: rate.base, quote: rate.quote), default: []].append(rate)
            guard let inverse = rate.inverse else { continue }
            rates[Pair(base: rate.quote, quote: rate.base), default: []].append(inverse)
        }
        for pair in rates.keys { rates[pair]?.sort { $0.day < $1.day } }
    }

    /// Returns the latest rate from `base` to `quote` that is not later than `day` (`YYYY-MM-DD`, UTC) and at most
    /// ``oldest`` days older; nil when the book names none.
    package func rate(from base: Currency, to quote: Currency, on day: String) -> FXRate? {
        guard let rate = rates[Pair(base: base, quote: quote)]?.last(where: { $0.day <= day }) else { return nil }
        guard let first = CivilDate(rate.day), let last = CivilDate(day) else { return nil }
        return last.daysSince1970 - first.daysSince1970 <= Self.oldest ? rate : nil
    }

    /// All rates into `quote`, by their day, ascending.
    package func all(to quote: Currency) -> [FXRate] {
        rates.filter { $0.key.quote == quote }.flatMap(\.value).sorted {
            ($0.day, $0.base.code) < ($1.day, $1.base.code)
        }
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
}

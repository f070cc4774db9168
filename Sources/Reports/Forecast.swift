/// What a window will have cost at its end, if the rest of it is like the days so far.
package struct Forecast: Sendable {
    package enum Status: String, Sendable {
        case projected
        /// Less than a tenth of the window has passed, or fewer than three whole days.
        case tooEarly = "too_early"
        /// The window has ended: what it cost is known.
        case over
    }

    package let status: Status
    /// How much of the window has passed, in tenths of a percent.
    package let elapsedPermille: Int64
    /// Days of the window that are over.
    package let wholeDays: Int
    private let elapsed: Int64
    private let length: Int64

    /// - Parameter now: UTC milliseconds.
    package init(_ window: ReportWindow, now: Int64) {
        length = window.to - window.from
        elapsed = min(max(now - window.from, 0), length)
        elapsedPermille = length == 0 ? 1_000 : Int64(Int128(elapsed) * 1_000 / Int128(length))
        let ends = window.days.dropFirst().map(\.startsAt) + [window.to]
        wholeDays = ends.count { $0 <= now }
        status = elapsed == length ? .over : elapsedPermille < 100 || wholeDays < 3 ? .tooEarly : .projected
    }

    /// Returns the projection of a sum; nil unless the status is `projected`.
    ///
    /// The rate so far goes on to the end. The range is that of four in five windows whose days vary as these do, each
    /// by itself: the deviation of the whole days, Student's quantile for as many, and the days that are left.
    ///
    /// - Parameters:
    ///   - cost: so far, in nano-units.
    ///   - days: what the days of the window cost, in their order; those that are missing cost nothing.
    package func projection(of cost: Int64, days: [Int64]) -> Projection? {
        guard status == .projected else { return nil }
        let whole = Array((days + [Int64](repeating: 0, count: max(0, wholeDays - days.count))).prefix(wholeDays))
        let expected = Int128(cost) * Int128(length) / Int128(elapsed)
        let margin = Spread(whole).margin(leftMilliseconds: length - elapsed)
        return Projection(
            cost: Int64(clamping: expected), low: Int64(clamping: max(min(Int128(cost), expected), expected - margin)),
            high: Int64(clamping: expected + margin))
    }
}

/// What a sum is expected to come to, in nano-units, and the range in which it ends four times in five.
package struct Projection: Sendable, Hashable {
    package let cost: Int64
    package let low: Int64
    package let high: Int64
}

/// How much days differ from each other. All in integers: the figures are money.
private struct Spread {
    private let count: Int128
    /// The deviation of a day, in nano-units shifted right by `shift`.
    private let deviation: Int128
    private let shift: Int

    /// Student's 90 % quantile for 1, 2, … degrees of freedom, in thousandths: 10 % lie above, and 10 % below.
    private static let quantiles: [Int128] = [
        3_078, 1_886, 1_638, 1_533, 1_476, 1_440, 1_415, 1_397, 1_383, 1_372, 1_363, 1_356, 1_350, 1_345, 1_341, 1_337,
        1_333, 1_330, 1_328, 1_325, 1_323, 1_321, 1_319, 1_318, 1_316, 1_315, 1_314, 1_313, 1_311, 1_310,
    ]

    /// - Parameter days: at least two.
    init(_ days: [Int64]) {
        // Fifty bits a day: the squares of ten years of days then fit into 128.
        let largest = days.map(\.magnitude).max() ?? 0
        let shift = max(0, 14 - largest.leadingZeroBitCount)
        self.shift = shift
        count = Int128(days.count)
        let values = days.map { Int128($0 >> shift) }
        let sum = values.reduce(0, +)
        let squares = values.reduce(0) { $0 + $1 * $1 }
        let variance = (count * squares - sum * sum) / max(1, count * (count - 1))
        deviation = Spread.root(variance)
    }

    /// How far the sum of what is left may lie from its expectation, in nano-units.
    func margin(leftMilliseconds: Int64) -> Int128 {
        // A sum of r days deviates by √r of a day's deviation, and the mean of the n days by √(1/n): √(r·(n+r)/n).
        let left = Int128(leftMilliseconds) * 1_000 / 86_400_000
        let factor = Spread.root(left * (count * 1_000 + left) / max(1, count))
        let quantile = Spread.quantiles[min(Spread.quantiles.count, max(1, Int(count) - 1)) - 1]
        return (deviation * quantile * factor / 1_000_000) << shift
    }

    /// The whole part of a square root.
    private static func root(_ value: Int128) -> Int128 {
        guard value > 0 else { return 0 }
        var low: Int128 = 0
        var high: Int128 = 1 << ((128 - value.leadingZeroBitCount) / 2 + 1)
        while high - low > 1 {
            let middle = (low + high) / 2
            if middle <= value / middle { low = middle } else { high = middle }
        }
        return low
    }
}

import Synchronization

/// How often values fell into fixed ranges. Any thread may add to it.
package final class Histogram: Metric {
    /// The upper ends of the ranges, inclusive, ascending; the last range has none.
    package let bounds: [Int64]
    private let counts: [Cell]
    private let sum = Atomic<Int64>(0)

    private final class Cell: Sendable {
        let count = Atomic<Int64>(0)
    }

    /// - Parameter bounds: in the unit of the family; sorted here.
    package init(bounds: [Int64]) {
        self.bounds = Set(bounds).sorted()
        counts = (0...self.bounds.count).map { _ in Cell() }
    }

    package func observe(_ value: Int64) {
        var index = 0
        while index < bounds.count, value > bounds[index] { index += 1 }
        counts[index].count.wrappingAdd(1, ordering: .relaxed)
        sum.wrappingAdd(value, ordering: .relaxed)
    }

    package var count: Int64 { counts.reduce(0) { $0 &+ $1.count.load(ordering: .relaxed) } }

    /// 5 ms to two minutes, for families in microseconds with six decimals: they show as seconds.
    package static let latencyBounds: [Int64] = [
        5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000,
        30_000_000, 60_000_000, 120_000_000,
    ]

    package static let kind: StaticString = "histogram"

    package func samples(decimals: Int) -> [MetricSample] {
        var total: Int64 = 0
        var samples: [MetricSample] = []
        for (index, cell) in counts.enumerated() {
            total &+= cell.count.load(ordering: .relaxed)
            let bound = index < bounds.count ? fixedPoint(bounds[index], decimals: decimals) : "+Inf"
            samples.append(MetricSample(suffix: "_bucket", bound: bound, value: String(total)))
        }
        let sum = fixedPoint(sum.load(ordering: .relaxed), decimals: decimals)
        samples.append(MetricSample(suffix: "_sum", value: sum))
        samples.append(MetricSample(suffix: "_count", value: String(total)))
        return samples
    }
}

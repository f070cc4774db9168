import Synchronization

/// A number that only grows. Any thread may add to it.
package final class Counter: Metric {
    private let total = Atomic<Int64>(0)

    package init() {}

    /// - Parameter amount: not negative; in the unit of the family.
    package func increment(by amount: Int64 = 1) {
        if amount > 0 { total.wrappingAdd(amount, ordering: .relaxed) }
    }

    package var value: Int64 { total.load(ordering: .relaxed) }

    package static let kind: StaticString = "counter"

    package func samples(decimals: Int) -> [MetricSample] {
        [MetricSample(value: fixedPoint(value, decimals: decimals))]
    }
}

/// A number that goes up and down. Any thread may change it.
package final class Gauge: Metric {
    private let current = Atomic<Int64>(0)

    package init() {}

    package func set(_ value: Int64) { current.store(value, ordering: .relaxed) }

    package func add(_ change: Int64) { current.wrappingAdd(change, ordering: .relaxed) }

    package var value: Int64 { current.load(ordering: .relaxed) }

    package static let kind: StaticString = "gauge"

    package func samples(decimals: Int) -> [MetricSample] {
        [MetricSample(value: fixedPoint(value, decimals: decimals))]
    }
}

import Synchronization

/// All that the process counts, and how Prometheus reads it (text format 0.0.4).
///
/// Numbers are integers; a family's `decimals` sets the point when they are shown, so that nano-units of money
/// (9) and microseconds (6) come out as units and seconds without floating point.
package final class Metrics: Sendable {
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private let families = Mutex<[any AnyMetricFamily]>([])

    package init() {}

    /// Registers a family, or returns the one that has the name and the kind already.
    ///
    /// - Parameter limit: at most so many combinations of label values are kept apart.
    package func counter(
        _ name: StaticString, help: StaticString, labels: [StaticString] = [], decimals: Int = 0, limit: Int = 1_000
    ) -> MetricFamily<Counter> {
        register(name, help, labels, decimals, limit) { Counter() }
    }

    package func gauge(
        _ name: StaticString, help: StaticString, labels: [StaticString] = [], decimals: Int = 0, limit: Int = 1_000
    ) -> MetricFamily<Gauge> {
        register(name, help, labels, decimals, limit) { Gauge() }
    }

    /// - Parameter bounds: upper ends of the buckets, in the unit of the observed values.
    package func histogram(
        _ name: StaticString, help: StaticString, labels: [StaticString] = [], decimals: Int = 6, limit: Int = 200,
        bounds: [Int64] = Histogram.latencyBounds
    ) -> MetricFamily<Histogram> {
        register(name, help, labels, decimals, limit) { Histogram(bounds: bounds) }
    }

    /// Everything in Prometheus' text format, in the order of registration.
    package func exposition() -> String {
        var text = ""
        for family in families.withLock({ $0 }) { family.write(to: &text) }
        return text
    }

    private func register<Member: Metric>(
        _ name: StaticString, _ help: StaticString, _ labels: [StaticString], _ decimals: Int, _ limit: Int,
        make: @escaping @Sendable () -> Member
    ) -> MetricFamily<Member> {
        precondition(Self.isName("\(name)", colons: true), "'\(name)' is no name for a metric")
        precondition(labels.allSatisfy { Self.isName("\($0)", colons: false) }, "a label of \(name) has no valid name")
        return families.withLock { families in
            if let found = families.first(where: { $0.name == "\(name)" }) {
                guard let family = found as? MetricFamily<Member> else {
                    preconditionFailure("\(name) is registered as another kind")
                }
                return family
            }
            let family = MetricFamily(
                name: "\(name)", help: "\(help)", labels: labels.map { "\($0)" }, decimals: decimals, limit: limit,
                make: make)
            families.append(family)
            return family
        }
    }

    /// `[a-zA-Z_:][a-zA-Z0-9_:]*`; labels have no colon.
    private static func isName(_ name: String, colons: Bool) -> Bool {
        guard let first = name.utf8.first, !(48...57).contains(first) else { return false }
        return name.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte & 0xDF) || byte == UInt8(ascii: "_")
                || (colons && byte == UInt8(ascii: ":"))
        }
    }
}

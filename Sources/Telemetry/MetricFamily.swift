import Synchronization

/// Metrics of one name that differ in their labels.
///
/// Finding a metric takes a lock and hashes its labels; whoever counts often keeps what it found.
package final class MetricFamily<Member: Metric>: Sendable {
    package let name: String
    package let help: String
    package let labels: [String]
    private let decimals: Int
    private let limit: Int
    private let make: @Sendable () -> Member
    private let members = Mutex<[[String]: Member]>([:])

    init(
        name: String, help: String, labels: [String], decimals: Int, limit: Int, make: @escaping @Sendable () -> Member
    ) {
        self.name = name
        self.help = help
        self.labels = labels
        self.decimals = decimals
        self.limit = limit
        self.make = make
    }

    /// Returns the metric for these values, in the order of the family's labels.
    ///
    /// Values that would make more metrics than the family's limit are counted together, under `other` for each
    /// label: a caller who invents names can't fill the memory. Missing values are empty, surplus ones ignored.
    package func with(_ values: String...) -> Member { member(values) }

    package func member(_ values: [String]) -> Member {
        members.withLock { [labels, limit, make] members in
            if let found = members[values] { return found }
            var key = Array(values.prefix(labels.count))
            key += Array(repeating: "", count: labels.count - key.count)
            if members.count >= limit { key = labels.map { _ in "other" } }
            if let found = members[key] { return found }
            let made = make()
            members[key] = made
            return made
        }
    }
}

/// A family, whatever is in it.
protocol AnyMetricFamily: Sendable {
    var name: String { get }
    func write(to text: inout String)
}

extension MetricFamily: AnyMetricFamily {
    /// Appends the family in Prometheus' text format, sorted by label values.
    func write(to text: inout String) {
        let members = members.withLock { Array($0) }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        text += "# HELP \(name) \(escaped(help, quotes: false))\n# TYPE \(name) \(Member.kind)\n"
        for (values, member) in members {
            for sample in member.samples(decimals: decimals) {
                text += name + sample.suffix + labelText(values, bound: sample.bound) + " " + sample.value + "\n"
            }
        }
    }

    private func labelText(_ values: [String], bound: String?) -> String {
        var pairs = zip(labels, values).map { "\($0)=\"\(escaped($1, quotes: true))\"" }
        if let bound { pairs.append("le=\"\(bound)\"") }
        return pairs.isEmpty ? "" : "{" + pairs.joined(separator: ",") + "}"
    }

    private func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

import YAML

enum MetricKey: String, ConfigurationKey {
    case type, level, goal, min, max, values, window, source, unit, business
    case derivedFrom = "derived_from"

    static let section = "metrics.yaml: NAME"
    static let unbuilt: Set<MetricKey> = [.source, .unit, .business, .derivedFrom]
}

extension MetricSettings {
    /// Reads a whole file of declarations.
    static func readAll(_ root: ConfigurationValue, in context: ReadingContext) -> [String: MetricSettings] {
        if root.node.value == .null { return [:] }
        var metrics: [String: MetricSettings] = [:]
        for (name, value) in context.named(root, what: "metric") {
            let value = ConfigurationValue(node: value.node, path: name)
            if let metric = MappingReader<MetricKey>(value, in: context).flatMap({ read(name, $0) }) {
                metrics[name] = metric
            }
        }
        return metrics
    }

    private static func read(_ name: String, _ reader: MappingReader<MetricKey>) -> MetricSettings? {
        let context = reader.context
        guard let value = reader.required(.type, example: "type: boolean") else { return nil }
        let aliases = [
            "float": "number", "integer": "number", "categorical": "category", "text": "comment", "bool": "boolean",
        ]
        guard let kind = context.choice(value, of: Kind.self, aliases: aliases) else { return nil }
        if let reserved = Kind(rawValue: name), reserved == .comment || reserved == .demonstration, reserved != kind {
            context.error(value, "a metric named '\(name)' must have the type '\(name)'")
        }
        var metric = MetricSettings(name: name, kind: kind)
        reader.choice(.level, into: &metric.level)
        if kind == .demonstration, metric.level == .session {
            context.findings.add(.error, reader.place(.level), "\(name).level: a demonstration belongs to a request")
        }
        metric.readGoal(reader)
        metric.readBounds(reader)
        metric.readValues(reader)
        var window = Duration.zero
        reader.duration(.window, .seconds(1) ... .seconds(90 * 86_400), into: &window)
        if window > .zero { metric.window = window }
        return metric
    }

    private mutating func readGoal(_ reader: MappingReader<MetricKey>) {
        guard let value = reader.scalar(.goal) else { return }
        guard kind == .boolean || kind == .number else {
            reader.context.error(value, "only booleans and numbers have a goal; leave it out")
            return
        }
        goal = reader.context.choice(value, of: Goal.self)
    }

    private mutating func readBounds(_ reader: MappingReader<MetricKey>) {
        for key in [MetricKey.min, .max] {
            guard let value = reader.scalar(key) else { continue }
            guard kind == .number else {
                reader.context.error(value, "only numbers have bounds; leave it out")
                continue
            }
            guard let number = reader.context.number(value) else { continue }
            if key == .min { minimum = number } else { maximum = number }
        }
        if let minimum, let maximum, minimum >= maximum {
            reader.context.findings.add(.error, reader.place(.max), "\(name).max: must be greater than min")
        }
    }

    private mutating func readValues(_ reader: MappingReader<MetricKey>) {
        if kind == .category {
            guard let value = reader.required(.values, example: "values: [wrong, slow, other]") else { return }
            values = reader.context.strings(value, of: "values").map(\.text)
            if values.count < 2 { reader.context.error(value, "must name two or more values") }
        } else if let value = reader.optional(.values) {
            reader.context.error(value, "only a category has values; leave it out")
        }
    }
}

extension ReadingContext {
    /// A finite number that is no money.
    func number(_ value: ConfigurationValue) -> Double? {
        let number: Double? =
            switch value.node.value {
            case .integer(let whole): Double(whole)
            case .decimal(let text): Double(text)
            case .null, .bool, .string, .sequence, .mapping: nil
            }
        guard let number, number.isFinite else {
            error(value, "must be a number, such as 0.5")
            return nil
        }
        return number
    }
}

import YAML

enum ExperimentKey: String, ConfigurationKey {
    case id, hypothesis, owner, prompt, model, unit, salt, phase, coverage, start, end, status, variants
    case labels, holdout, namespace, metrics, analysis, ramp, shadow
    case onGuard = "on_guard"
    case onWin = "on_win"

    static let section = "experiments/*.yaml"
    static let unbuilt: Set<ExperimentKey> = [
        .labels, .holdout, .namespace, .metrics, .analysis, .ramp, .shadow, .onGuard, .onWin,
    ]
}

enum VariantKey: String, ConfigurationKey {
    case name, weight, prompt, model

    static let section = "experiments/*.yaml: variants[]"
}

extension ExperimentSettings {
    /// Reads a file. `models` are the names that the configuration declares.
    static func read(_ root: ConfigurationValue, models: Set<String>, in context: ReadingContext) -> ExperimentSettings?
    {
        guard let reader = MappingReader<ExperimentKey>(root, in: context) else { return nil }
        let id = reader.required(.id, example: "id: support-tone").flatMap(context.identifier)
        let variants = variants(reader, models)
        guard let id else { return nil }
        var experiment = ExperimentSettings(id: id, salt: id, variants: variants)
        reader.string(.hypothesis, into: &experiment.hypothesis)
        reader.string(.owner, into: &experiment.owner)
        experiment.readScope(reader, models)
        reader.choice(.unit, into: &experiment.unit)
        if let value = reader.scalar(.salt), let salt = context.string(value) { experiment.salt = salt }
        reader.integer(.phase, 1...1_000_000, into: &experiment.phase)
        if let value = reader.scalar(.coverage) { experiment.coverage = context.coverage(value) ?? 1 }
        experiment.readTimes(reader)
        reader.choice(.status, into: &experiment.status)
        return experiment
    }

    private mutating func readScope(_ reader: MappingReader<ExperimentKey>, _ models: Set<String>) {
        reader.string(.prompt, into: &prompt)
        if let value = reader.scalar(.model) { model = reader.context.knownModel(value, models) }
        if !reader.has(.prompt), !reader.has(.model) {
            reader.context.findings.add(
                .error, reader.context.place(reader.value.node.position),
                "'prompt' or 'model' is missing: one must say which calls take part")
        }
    }

    private mutating func readTimes(_ reader: MappingReader<ExperimentKey>) {
        if let value = reader.scalar(.start) { start = reader.context.timestamp(value) }
        if let value = reader.scalar(.end) { end = reader.context.timestamp(value) }
        if let start, let end, end <= start {
            reader.context.findings.add(.error, reader.place(.end), "end: must be later than start")
        }
    }

    private static func variants(_ reader: MappingReader<ExperimentKey>, _ models: Set<String>) -> [Variant] {
        let context = reader.context
        guard let list = reader.required(.variants, example: "variants: [{name: control, weight: 1}, …]") else {
            return []
        }
        let elements = context.elements(list, of: "variants")
        var variants: [Variant] = []
        for element in elements {
            guard let inner = MappingReader<VariantKey>(element, in: context), let variant = variant(inner, models)
            else {
                continue
            }
            if variants.contains(where: { $0.name == variant.name }) {
                context.error(element, "a variant named '\(variant.name)' stands above; names must differ")
            }
            variants.append(variant)
        }
        if elements.count < 2 { context.error(list, "must have two or more variants") }
        if variants.count > 1, variants.count == elements.count, variants.filter({ $0.weight > 0 }).isEmpty {
            context.error(list, "at least one variant must have a weight above zero")
        }
        return variants
    }

    private static func variant(_ reader: MappingReader<VariantKey>, _ models: Set<String>) -> Variant? {
        let context = reader.context
        let name = reader.required(.name, example: "name: control").flatMap(context.identifier)
        let weight = reader.required(.weight, example: "weight: 1").flatMap(context.weight)
        guard let name, let weight else { return nil }
        var variant = Variant(name: name, weight: weight)
        reader.string(.prompt, into: &variant.prompt)
        if let value = reader.scalar(.model) { variant.model = context.knownModel(value, models) }
        return variant
    }
}

extension ReadingContext {
    /// A name that can stand in a header, a column and a file name.
    fileprivate func identifier(_ value: ConfigurationValue) -> String? {
        guard let text = string(value) else { return nil }
        guard text.utf8.count <= 128, ASCII.consists(text, of: "._-") else {
            error(value, "must have 1 to 128 of the characters a-z A-Z 0-9 . _ -")
            return nil
        }
        return text
    }

    fileprivate func knownModel(_ value: ConfigurationValue, _ models: Set<String>) -> String? {
        guard let name = string(value) else { return nil }
        if !models.contains(name) {
            error(value, "no model is named \(value.quoted)\(Suggestion.text(for: name, among: models.sorted()))")
        }
        return name
    }

    fileprivate func weight(_ value: ConfigurationValue) -> Double? {
        guard let number = number(value) else { return nil }
        guard (0...1_000_000).contains(number) else {
            error(value, "must be from 0 to 1000000")
            return nil
        }
        return number
    }

    fileprivate func coverage(_ value: ConfigurationValue) -> Double? {
        guard let number = number(value) else { return nil }
        guard number > 0, number <= 1 else {
            error(value, "must be above 0 and at most 1, such as 0.2")
            return nil
        }
        return number
    }
}

import YAML

enum ModelKey: String, ConfigurationKey {
    case targets, cap, retries, slices
    case maxOutputTokens = "max_output_tokens"
    case maxToolCalls = "max_tool_calls"
    case contextWindow = "context_window"

    static let section = "models.NAME"
}

enum TargetKey: String, ConfigurationKey {
    case provider, model, free, weight

    static let section = "models.NAME.targets[]"
    static let unbuilt: Set<TargetKey> = [.weight]
}

enum RetriesKey: String, ConfigurationKey {
    case attempts
    case sameTarget = "same_target"

    static let section = "models.NAME.retries"
}

enum SlicesKey: String, ConfigurationKey {
    case first, ahead

    static let section = "models.NAME.slices"
}

extension ModelSettings {
    /// The most tokens that a limit may name: far above any model, far below overflow.
    static let mostTokens: Int64 = 1_000_000_000

    /// The most tool calls that a limit may name.
    private static let mostToolCalls: Int64 = 1000

    static func read(_ name: String, _ reader: MappingReader<ModelKey>) -> ModelSettings? {
        var model = ModelSettings(name: name, targets: targets(reader))
        reader.integer(.maxOutputTokens, 1...mostTokens, into: &model.maxOutputTokens)
        reader.integer(.maxToolCalls, 1...mostToolCalls, into: &model.maxToolCalls)
        reader.integer(.contextWindow, 1...mostTokens, into: &model.contextWindow)
        reader.bool(.cap, into: &model.caps)
        if let inner = reader.mapping(.retries, RetriesKey.self) { model.retries.read(inner) }
        if let inner = reader.mapping(.slices, SlicesKey.self) { model.slices = SliceSettings.read(inner) }
        return model.targets.isEmpty ? nil : model
    }

    private static func targets(_ reader: MappingReader<ModelKey>) -> [TargetSettings] {
        guard let list = reader.required(.targets, example: "targets: [{provider: openai, model: gpt-5}]") else {
            return []
        }
        let elements = reader.context.elements(list, of: "targets")
        if elements.isEmpty, case .sequence = list.node.value {
            reader.context.error(list, "is empty; name at least one target")
        }
        return elements.compactMap { MappingReader<TargetKey>($0, in: reader.context).flatMap(TargetSettings.read) }
    }
}

extension TargetSettings {
    static func read(_ reader: MappingReader<TargetKey>) -> TargetSettings? {
        let provider = reader.required(.provider, example: "provider: openai").flatMap(reader.context.string)
        let model = reader.required(.model, example: "model: gpt-5").flatMap(reader.context.string)
        guard let provider, let model else { return nil }
        var target = TargetSettings(provider: provider, model: model)
        reader.bool(.free, into: &target.isFree)
        return target
    }
}

extension RetrySettings {
    mutating func read(_ reader: MappingReader<RetriesKey>) {
        reader.integer(.sameTarget, 0...5, into: &sameTarget)
        reader.integer(.attempts, 1...10, into: &attempts)
    }
}

extension SliceSettings {
    static func read(_ reader: MappingReader<SlicesKey>) -> SliceSettings {
        var slices = SliceSettings()
        if let value = reader.scalar(.first), let tokens = reader.context.integer(value, in: 1...1_000_000) {
            slices.first = tokens
        }
        if let value = reader.scalar(.ahead), let tokens = reader.context.integer(value, in: 1...1_000_000) {
            slices.ahead = tokens
        }
        if slices.ahead >= slices.first {
            reader.context.findings.add(
                .error, reader.place(.ahead),
                "\(reader.path(.ahead)): must be less than the first slice (\(slices.first))")
        }
        return slices
    }
}

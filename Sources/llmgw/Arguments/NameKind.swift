/// Names that only a configuration, a folder of prompts or a ledger knows; shells complete them by asking.
enum NameKind: String, CaseIterable, Sendable {
    case applications, models, providers, prompts, labels, keys
}

extension Option {
    /// The names that its value can be, where there are any.
    var names: NameKind? {
        guard case .text = kind else { return nil }
        return switch name {
        case "app": .applications
        case "model": .models
        case "provider": .providers
        case "label", "labels": .labels
        default: nil
        }
    }
}

extension Command {
    /// The names that its first operand can be, where there are any.
    var names: NameKind? {
        switch (group, operands.first?.name) {
        case (_, "APP"): .applications
        case ("keys", "ID"): .keys
        case ("prompts", "NAME"), ("prompts", "NAME[@SEL]"): .prompts
        default: nil
        }
    }

    /// The names of an option's value; `prompts promote --to` is the one whose name says too little.
    func names(of option: Option) -> NameKind? {
        name == "prompts promote" && option.name == "to" ? .labels : option.names
    }
}

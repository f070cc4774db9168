package import Inference

/// A caller: what it may use and what it may spend.
package struct ApplicationSettings: Sendable, Hashable {
    package var name: String
    package var team: String?
    /// Names of models that it may use. Default: none.
    package var models: Set<String> = []
    /// Models of providers that it may use by the vendors' own names: patterns of `PROVIDER/MODEL`. Default: none.
    package var openedModels: [NamePattern] = []
    /// Prompts that it may use: names, or patterns in which `*` stands for any text. Default: none.
    package var prompts: [NamePattern] = []
    /// Of the application, or of parts of its calls.
    package var budgets: [BudgetSettings] = []
    /// Whether its answers are kept for repeated requests with the same `Idempotency-Key`. Default: false.
    package var storesAnswers = false
    /// Whether it may name the variant that answers it. Default: false.
    package var testers: Bool = false

    package init(name: String) {
        self.name = name
    }

    /// Whether it may use any model at all.
    package var hasModels: Bool { !models.isEmpty || !openedModels.isEmpty }

    package func mayUse(prompt name: String) -> Bool { prompts.contains { $0.matches(name) } }
}

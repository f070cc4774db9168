package import Inference
import PluginKit
package import Prompts
package import Routing

/// One immutable whole of configuration, prompts, prices and experiments.
///
/// A reload makes the next; a request keeps the one it began with, so no request ever sees half of a change.
package final class Generation: Sendable {
    /// 12 hexadecimal digits over all files that it was made from. In every response and every row.
    package let id: String
    /// The commit of the repository that holds the configuration; nil outside git.
    package let commit: String?
    package let configuration: Configuration
    package let prompts: PromptLibrary
    package let experiments: [Experiment]
    package let models: [String: Model]
    /// Models that applications use by their vendors' names.
    package let opened: OpenedModels
    /// The budgets of all levels that calls of each application may be charged to, by its name.
    package let budgets: [String: [BudgetRule]]
    let plugins: PluginChain

    init(
        id: String, commit: String?, configuration: Configuration, prompts: PromptLibrary, experiments: [Experiment],
        models: [String: Model], opened: OpenedModels, budgets: [String: [BudgetRule]], plugins: PluginChain
    ) {
        self.id = id
        self.commit = commit
        self.configuration = configuration
        self.prompts = prompts
        self.experiments = experiments
        self.models = models
        self.opened = opened
        self.budgets = budgets
        self.plugins = plugins
    }

    /// Whether a budget counts `call`: what it costs must then be known and bounded.
    func hasBudget(for call: Call) -> Bool {
        budgets[call.identity.application]?.contains { $0.subject.account(for: call) != nil } ?? false
    }

    /// Whether a budget counts `call` that refuses what it has no room for.
    func hasHardBudget(for call: Call) -> Bool {
        budgets[call.identity.application]?.contains { $0.enforces && $0.subject.account(for: call) != nil } ?? false
    }

    /// Whether users of `application` have budgets of their own.
    func hasUserBudget(_ application: String) -> Bool {
        budgets[application]?.contains { $0.subject.scope == .user } ?? false
    }

    /// A generation that differs in its prompts alone.
    func with(_ prompts: PromptLibrary, id: String) -> Generation {
        Generation(
            id: id, commit: commit, configuration: configuration, prompts: prompts, experiments: experiments,
            models: models, opened: opened, budgets: budgets, plugins: plugins)
    }
}

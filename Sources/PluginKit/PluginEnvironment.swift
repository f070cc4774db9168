public import Inference
package import JSON

/// What a plugin is made from: its settings in the configuration, and the facts of the generation that it may need.
public struct PluginEnvironment: Sendable {
    /// The settings of its entry in `plugins:`; `.null` when it is named without any.
    package let settings: JSONValue
    /// The budgets of each application, by its name.
    public let budgets: [String: [BudgetRule]]

    package init(settings: JSONValue, budgets: [String: [BudgetRule]]) {
        self.settings = settings
        self.budgets = budgets
    }
}

/// Makes a plugin. Throws what is wrong with its settings, in words for whoever wrote them.
public typealias PluginFactory = @Sendable (PluginEnvironment) throws -> any Plugin

public import Inference
package import JSON

/// What a plugin is made from: its settings in the configuration, and the facts of the generation that it may need.
public struct PluginEnvironment: Sendable {
    /// The settings of its entry in `plugins:`; `.null` when it is named without any.
    package let settings: JSONValue
    /// The budgets that calls of each application may be charged to, by its name: of all levels.
    public let budgets: [String: [BudgetRule]]
    /// Counts the generations of the process: a later one has a greater edition.
    public let edition: UInt64

    package init(settings: JSONValue, budgets: [String: [BudgetRule]], edition: UInt64) {
        self.settings = settings
        self.budgets = budgets
        self.edition = edition
    }
}

/// Makes a plugin. Throws what is wrong with its settings, in words for whoever wrote them.
public typealias PluginFactory = @Sendable (PluginEnvironment) throws -> any Plugin

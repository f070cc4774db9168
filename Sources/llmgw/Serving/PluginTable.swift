import BudgetPlugin
import PluginKit

/// The plugins of this program, by the name that `plugins:` in the configuration uses.
enum PluginTable {
    static let factories: [String: PluginFactory] = [
        BudgetAdmission.name: { try BudgetAdmission($0) }
    ]
}

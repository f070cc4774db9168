import JSON
import YAML

extension PluginBinding {
    /// Plugins of this version.
    private static let built = ["budget"]
    /// Plugins that are reserved for later versions.
    private static let unbuilt = ["rate_limit", "cache", "guard", "redact", "audit", "external"]

    /// Reads the list: a name by itself, or a name with its settings.
    static func list(_ value: ConfigurationValue, in context: ReadingContext) -> [PluginBinding] {
        var bindings: [PluginBinding] = []
        for element in context.elements(value, of: "plugins") {
            guard let binding = read(element, in: context) else { continue }
            if bindings.contains(where: { $0.name == binding.name }) {
                context.error(element, "'\(binding.name)' is bound twice; once is enough")
            } else {
                bindings.append(binding)
            }
        }
        return bindings
    }

    private static func read(_ element: ConfigurationValue, in context: ReadingContext) -> PluginBinding? {
        switch element.node.value {
        case .string(let name):
            return isBuilt(name, element, context) ? PluginBinding(name: name) : nil
        case .mapping(let members) where members.count == 1:
            guard isBuilt(members[0].name, element, context) else { return nil }
            context.error(element, "'\(members[0].name)' takes no settings; write the name alone")
            return nil
        default:
            context.error(element, "must be the name of a plugin, or one name with its settings: - budget")
            return nil
        }
    }

    private static func isBuilt(_ name: String, _ element: ConfigurationValue, _ context: ReadingContext) -> Bool {
        if built.contains(name) { return true }
        if unbuilt.contains(name) {
            context.error(element, "plugin '\(name)' is not in this version; leave it out")
        } else {
            let hint = Suggestion.text(for: name, among: built + unbuilt)
            context.error(
                element,
                "no plugin is named '\(name)'\(hint.isEmpty ? "; known is \(built.joined(separator: ", "))" : hint)")
        }
        return false
    }
}

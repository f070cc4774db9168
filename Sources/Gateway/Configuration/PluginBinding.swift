package import JSON

/// A plugin in the list, with its settings.
package struct PluginBinding: Sendable, Equatable {
    package var name: String
    /// `.null` when it is named without settings.
    package var settings: JSONValue = .null
}

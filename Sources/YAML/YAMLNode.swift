/// A place in a text: both count from 1; columns count characters as an editor shows them.
package struct YAMLPosition: Sendable, Hashable {
    package var line: Int
    package var column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

/// A value and where it stands, so that whoever finds it wrong can point at it.
package struct YAMLNode: Sendable, Equatable {
    package var value: YAMLValue
    package var position: YAMLPosition

    package init(_ value: YAMLValue, at position: YAMLPosition) {
        self.value = value
        self.position = position
    }
}

/// What the strict subset can say.
package indirect enum YAMLValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// A number with a decimal point, as text: money is read from it without floating point.
    case decimal(String)
    case string(String)
    case sequence([YAMLNode])
    /// Members in the order of the text; names are unique.
    case mapping([YAMLMember])
}

/// One `name: value` of a mapping, with the place of its name.
package struct YAMLMember: Sendable, Equatable {
    package var name: String
    package var position: YAMLPosition
    package var node: YAMLNode

    package init(_ name: String, at position: YAMLPosition, _ node: YAMLNode) {
        self.name = name
        self.position = position
        self.node = node
    }
}

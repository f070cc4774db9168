package import JSON
package import YAML

extension YAMLNode {
    var mappingMembers: [YAMLMember]? {
        if case .mapping(let members) = value { members } else { nil }
    }

    /// The same value as JSON, in the same order. The reader bounds its depth.
    package var json: JSONValue {
        switch value {
        case .null: .null
        case .bool(let value): .bool(value)
        case .integer(let value): .integer(value)
        case .decimal(let text): .number(text)
        case .string(let text): .string(text)
        case .sequence(let nodes): .array(nodes.map(\.json))
        case .mapping(let members): .object(members.map { JSONMember($0.name, $0.node.json) })
        }
    }
}

extension Place {
    init(_ position: YAMLPosition) {
        self.init(line: position.line, column: position.column)
    }
}

extension JSONDocument {
    /// The subtree as a tree. The recursion is as deep as the document, which ``JSONLimits/maxDepth`` bounds.
    package func value(_ node: JSONNode) -> JSONValue {
        switch kind(node) {
        case .null: .null
        case .false: .bool(false)
        case .true: .bool(true)
        case .number: .number(numberText(node) ?? "0")
        case .string: .string(string(node) ?? "")
        case .array: .array(elements(of: node).map(value))
        case .object: .object(members(of: node).map { JSONMember(string($0.name) ?? "", value($0.value)) })
        }
    }
}

extension JSONValue {
    /// Reads a whole document; as strict as ``JSONDocument``.
    package init(parsing bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) {
        let document = try JSONDocument(bytes, limits: limits)
        self = document.value(document.root)
    }

    /// The value as JSON without white space; members and numbers as they are.
    package func serialized() -> [UInt8] {
        var writer = JSONWriter()
        writer.value(self)
        return writer.bytes
    }
}

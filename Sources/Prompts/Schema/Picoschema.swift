import JSON
import YAML

/// Translates Picoschema, dotprompt's short form, to JSON Schema; JSON Schema itself passes through.
///
/// `name?(type, description): value`. A property that is not marked `?` is required, and nothing undeclared is allowed.
struct Picoschema {
    /// The JSON Schemas under `schemas/`, by the name that a prompt uses.
    private let named: (String) -> JSONValue?
    /// The names that were used.
    private(set) var used: [String] = []

    private static let scalars = ["string", "number", "integer", "boolean", "null", "any"]

    init(named: @escaping (String) -> JSONValue?) {
        self.named = named
    }

    mutating func translate(_ node: YAMLNode) throws(Fault) -> JSONValue {
        if let members = node.mappingMembers, Self.isJSONSchema(members) {
            guard case .object(let written) = node.json, node.json["type"] == nil, node.json["properties"] != nil
            else { return node.json }
            return .object([JSONMember("type", .string("object"))] + written)
        }
        return try schema(node, depth: 0)
    }

    /// Dotprompt's rule: a mapping with a JSON Schema `type`, or with `properties`, is one.
    private static func isJSONSchema(_ members: [YAMLMember]) -> Bool {
        members.contains { member in
            switch (member.name, member.node.value) {
            case ("$schema", .string), ("properties", .mapping): true
            case ("type", .string(let name)): ValueSchema.Kinds(name: name) != nil
            default: false
            }
        }
    }

    private mutating func schema(_ node: YAMLNode, depth: Int) throws(Fault) -> JSONValue {
        switch node.value {
        case .string(let text): return try scalar(text, node)
        case .mapping(let members): return try object(members, depth: depth)
        case .null: throw fault("a type is missing; write for example 'string, what it is'", node.position)
        default: throw fault("a schema is a type such as 'string', or a mapping of names to types", node.position)
        }
    }

    private mutating func scalar(_ text: String, _ node: YAMLNode) throws(Fault) -> JSONValue {
        let (type, description) = Self.split(text)
        var members: [JSONMember] = []
        if Self.scalars.contains(type) {
            if type != "any" { members.append(JSONMember("type", .string(type))) }
        } else if let found = named(type) {
            used.append(type)
            members = found.objectValue ?? []
        } else {
            throw fault(
                "'\(type)' is neither a type nor a file under schemas/"
                    + Suggestion.text(for: type, among: Self.scalars),
                node.position)
        }
        if let description {
            members.removeAll { $0.name == "description" }
            members.append(JSONMember("description", .string(description)))
        }
        return .object(members)
    }

    private mutating func object(_ members: [YAMLMember], depth: Int) throws(Fault) -> JSONValue {
        var properties: [JSONMember] = []
        var required: [JSONValue] = []
        var others = JSONValue.bool(false)
        for member in members {
            let key = try PicoschemaKey(member)
            let value = try property(key, member, depth: depth + 1)
            if key.name == "*" {
                others = value
                continue
            }
            guard !properties.contains(where: { $0.name == key.name }) else {
                throw fault("'\(key.name)' is declared twice", member.position)
            }
            properties.append(JSONMember(key.name, key.isOptional ? Self.nullable(value) : value))
            if !key.isOptional { required.append(.string(key.name)) }
        }
        var result = [JSONMember("type", .string("object")), JSONMember("properties", .object(properties))]
        if !required.isEmpty { result.append(JSONMember("required", .array(required))) }
        result.append(JSONMember("additionalProperties", others))
        return .object(result)
    }

    private mutating func property(_ key: PicoschemaKey, _ member: YAMLMember, depth: Int) throws(Fault) -> JSONValue {
        let node = member.node
        var result: JSONValue
        switch key.type {
        case nil: result = try schema(node, depth: depth)
        case "array":
            result = .object([
                JSONMember("type", .string("array")), JSONMember("items", try schema(node, depth: depth)),
            ])
        case "object":
            guard node.mappingMembers != nil else { throw fault("(object) takes a mapping", node.position) }
            result = try schema(node, depth: depth)
        case "enum": result = try enumeration(node)
        case .some(let type):
            throw fault(
                "'(\(type))' is none of (array), (object), (enum)"
                    + Suggestion.text(for: type, among: ["array", "object", "enum"]), member.position)
        }
        if let description = key.description, case .object(let members) = result {
            result = .object(members + [JSONMember("description", .string(description))])
        }
        return result
    }

    private func enumeration(_ node: YAMLNode) throws(Fault) -> JSONValue {
        guard case .sequence(let items) = node.value, !items.isEmpty else {
            throw fault("(enum) takes a list of values", node.position)
        }
        return .object([JSONMember("enum", .array(items.map(\.json)))])
    }

    /// An optional property may be null too: dotprompt's rule, and what strict output formats need.
    private static func nullable(_ schema: JSONValue) -> JSONValue {
        guard case .object(var members) = schema else { return schema }
        for index in members.indices {
            switch (members[index].name, members[index].value) {
            case ("type", .string(let type)) where type != "null":
                members[index].value = .array([.string(type), .string("null")])
            case ("type", .array(let types)) where !types.contains(.string("null")):
                members[index].value = .array(types + [.string("null")])
            case ("enum", .array(let values)) where !values.contains(.null):
                members[index].value = .array(values + [.null])
            default: break
            }
        }
        return .object(members)
    }

    private static func split(_ text: String) -> (type: String, description: String?) {
        guard let comma = text.firstIndex(of: ",") else { return (text.trimmed, nil) }
        return (text[..<comma].trimmed, text[text.index(after: comma)...].trimmed)
    }

    private func fault(_ message: String, _ position: YAMLPosition) -> Fault {
        Fault(.schema, message, at: Place(position))
    }
}

/// `name?(type, description)`.
private struct PicoschemaKey {
    var name: String
    var isOptional: Bool
    var type: String?
    var description: String?

    init(_ member: YAMLMember) throws(Fault) {
        var head = member.name[...]
        if let open = head.firstIndex(of: "(") {
            guard head.last == ")" else {
                throw Fault(.schema, "'\(member.name)' lacks its ')'", at: Place(member.position))
            }
            let inner = head[head.index(after: open)...].dropLast()
            let comma = inner.firstIndex(of: ",")
            let word = inner[..<(comma ?? inner.endIndex)].trimmed
            type = word.isEmpty || word == "*" ? nil : word
            description = comma.map { inner[inner.index(after: $0)...].trimmed }
            head = head[..<open]
        }
        isOptional = head.last == "?"
        if isOptional { head.removeLast() }
        // `(*): type` says what undeclared properties are.
        guard !head.isEmpty || member.name.contains("*") else {
            throw Fault(.schema, "the property has no name", at: Place(member.position))
        }
        name = head.isEmpty ? "*" : head.trimmed
    }
}

extension StringProtocol {
    /// The text without the white space at its ends.
    var trimmed: String {
        let text = String(self)
        // To look at characters is slow, and nearly always there is nothing to remove.
        if let first = text.utf8.first, let last = text.utf8.last, Ascii.isInk(first), Ascii.isInk(last) { return text }
        guard let first = text.firstIndex(where: { !$0.isWhitespace }),
            let last = text.lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(text[first...last])
    }
}

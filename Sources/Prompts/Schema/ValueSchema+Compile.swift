import JSON

/// A word of a schema that has no meaning here.
struct SchemaError: Error, Equatable {
    var message: String
}

extension ValueSchema {
    /// Schemas within schemas.
    private static let maxDepth = 40

    /// Compiles the part of JSON Schema 2020-12 that can be checked in one walk; refuses the rest by name.
    init(_ json: JSONValue, depth: Int = 0) throws(SchemaError) {
        guard depth < Self.maxDepth else { throw SchemaError(message: "the schema is deeper than \(Self.maxDepth)") }
        self = .anything
        if case .bool(true) = json { return }
        guard let members = json.objectValue else { throw SchemaError(message: "a schema is an object") }
        for member in members { try take(member, depth: depth) }
        try finish(json, depth: depth)
    }

    private mutating func take(_ member: JSONMember, depth: Int) throws(SchemaError) {
        let value = member.value
        switch member.name {
        case "type": kinds = try Self.kinds(value)
        case "enum":
            guard let values = value.arrayValue, !values.isEmpty else { throw SchemaError(message: "enum is a list") }
            choices = values
        case "const": choices = [value]
        case "properties":
            for property in value.objectValue ?? [] {
                let schema = try ValueSchema(property.value, depth: depth + 1)
                properties.append(Property(name: property.name, schema: schema, isRequired: false))
            }
        case "items": items = [try ValueSchema(value, depth: depth + 1)]
        case "minimum": minimum = value.doubleValue
        case "maximum": maximum = value.doubleValue
        case "minLength", "minItems":
            let least = Int(clamping: max(0, value.integerValue ?? 0))
            lengths = least...max(lengths?.upperBound ?? .max, least)
        case "maxLength", "maxItems":
            let most = Int(clamping: max(0, value.integerValue ?? .max))
            lengths = min(lengths?.lowerBound ?? 0, most)...most
        case "required", "additionalProperties", "description", "title", "$schema", "$id", "$comment", "default",
            "examples", "format", "deprecated":
            break
        default:
            throw SchemaError(message: "'\(member.name)' is not supported in a schema that values are checked against")
        }
    }

    private mutating func finish(_ json: JSONValue, depth: Int) throws(SchemaError) {
        if json["type"] == nil, !properties.isEmpty { kinds = .object }
        if json["type"] == nil, !items.isEmpty { kinds = .array }
        if json["type"] == nil, let choices { kinds = choices.reduce(into: []) { $0.formUnion(Kinds(of: $1)) } }
        switch json["additionalProperties"] {
        case .bool(false): others = []
        case nil: others = kinds == .any ? [] : [.anything]
        case .some(let schema): others = [try ValueSchema(schema, depth: depth + 1)]
        }
        for name in json["required"]?.arrayValue?.compactMap(\.stringValue) ?? [] {
            guard let index = properties.firstIndex(where: { $0.name == name }) else {
                throw SchemaError(message: "'\(name)' is required but is no property")
            }
            properties[index].isRequired = true
        }
    }

    private static func kinds(_ value: JSONValue) throws(SchemaError) -> Kinds {
        let names = value.stringValue.map { [$0] } ?? value.arrayValue?.compactMap(\.stringValue) ?? []
        guard !names.isEmpty else { throw SchemaError(message: "type is a name or a list of names") }
        var kinds: Kinds = []
        for name in names {
            guard let kind = Kinds(name: name) else {
                throw SchemaError(
                    message: "'\(name)' is no type" + Suggestion.text(for: name, among: Kinds.names.map(\.name)))
            }
            kinds.insert(kind)
        }
        return kinds
    }
}

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
            guard let members = value.objectValue else { throw SchemaError(message: "properties is an object") }
            for property in members {
                let schema = try ValueSchema(property.value, depth: depth + 1)
                properties.append(Property(name: property.name, schema: schema, isRequired: false))
            }
        case "items": items = [try ValueSchema(value, depth: depth + 1)]
        case "minimum": minimum = try Self.number(member)
        case "maximum": maximum = try Self.number(member)
        case "minLength", "minItems":
            let least = try Self.length(member)
            lengths = least...max(lengths?.upperBound ?? .max, least)
        case "maxLength", "maxItems":
            let most = try Self.length(member)
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
        case nil: others = kinds.contains(.object) && kinds != .any ? [.anything] : []
        case .some(let schema): others = [try ValueSchema(schema, depth: depth + 1)]
        }
        for name in try Self.names(json["required"]) {
            guard let index = properties.firstIndex(where: { $0.name == name }) else {
                throw SchemaError(message: "'\(name)' is required but is no property")
            }
            properties[index].isRequired = true
        }
    }

    private static func number(_ member: JSONMember) throws(SchemaError) -> Double {
        if let number = member.value.doubleValue, number.isFinite { return number }
        throw SchemaError(message: "\(member.name) is a number")
    }

    private static func length(_ member: JSONMember) throws(SchemaError) -> Int {
        if let length = member.value.integerValue, length >= 0 { return Int(clamping: length) }
        throw SchemaError(message: "\(member.name) is a whole number, and not below 0")
    }

    private static func names(_ required: JSONValue?) throws(SchemaError) -> [String] {
        guard let required else { return [] }
        let names = required.arrayValue?.compactMap(\.stringValue)
        guard let names, names.count == required.arrayValue?.count else {
            throw SchemaError(message: "required is a list of names")
        }
        return names
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

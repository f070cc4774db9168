import JSON

/// A word of a schema that has no meaning here.
struct SchemaError: Error, Equatable {
    var message: String
}

extension ValueSchema {
    /// Schemas within schemas.
    private static let maxDepth = 40

    /// Compiles the part of JSON Schema 2020-12 that can be checked in one walk; refuses the rest by name, and what says
    /// nothing to the check.
    init(_ json: JSONValue) throws(SchemaError) {
        var ineffective: [String] = []
        try self.init(json, ineffective: &ineffective)
        if let message = ineffective.first { throw SchemaError(message: message) }
    }

    /// The same, but passes over what says nothing to the check, such as `required: yes`.
    ///
    /// - Parameter ineffective: what is passed over is added to it, with what would be right.
    init(_ json: JSONValue, depth: Int = 0, ineffective: inout [String]) throws(SchemaError) {
        guard depth < Self.maxDepth else { throw SchemaError(message: "the schema is deeper than \(Self.maxDepth)") }
        self = .anything
        if case .bool(true) = json { return }
        guard let members = json.objectValue else { throw SchemaError(message: "a schema is an object") }
        for member in members { try take(member, depth, &ineffective) }
        try finish(json, depth, &ineffective)
    }

    private mutating func take(_ member: JSONMember, _ depth: Int, _ ineffective: inout [String]) throws(SchemaError) {
        let value = member.value
        switch member.name {
        case "type": kinds = try Self.kinds(value)
        case "enum":
            guard let values = value.arrayValue, !values.isEmpty else { throw SchemaError(message: "enum is a list") }
            choices = values
        case "const": choices = [value]
        case "properties":
            if value.objectValue == nil { ineffective.append("properties is an object") }
            for property in value.objectValue ?? [] {
                let schema = try ValueSchema(property.value, depth: depth + 1, ineffective: &ineffective)
                properties.append(Property(name: property.name, schema: schema, isRequired: false))
            }
        case "items": items = [try ValueSchema(value, depth: depth + 1, ineffective: &ineffective)]
        case "minimum": minimum = Self.number(member, &ineffective)
        case "maximum": maximum = Self.number(member, &ineffective)
        case "minLength", "minItems":
            let least = Self.length(member, &ineffective) ?? 0
            lengths = least...max(lengths?.upperBound ?? .max, least)
        case "maxLength", "maxItems":
            let most = Self.length(member, &ineffective) ?? .max
            lengths = min(lengths?.lowerBound ?? 0, most)...most
        case "required", "additionalProperties", "description", "title", "$schema", "$id", "$comment", "default",
            "examples", "format", "deprecated":
            break
        default:
            throw SchemaError(message: "'\(member.name)' is not supported in a schema that values are checked against")
        }
    }

    private mutating func finish(_ json: JSONValue, _ depth: Int, _ ineffective: inout [String]) throws(SchemaError) {
        if json["type"] == nil, !properties.isEmpty { kinds = .object }
        if json["type"] == nil, !items.isEmpty { kinds = .array }
        if json["type"] == nil, let choices { kinds = choices.reduce(into: []) { $0.formUnion(Kinds(of: $1)) } }
        switch json["additionalProperties"] {
        case .bool(false): others = []
        case nil: others = kinds.contains(.object) && kinds != .any ? [.anything] : []
        case .some(let schema): others = [try ValueSchema(schema, depth: depth + 1, ineffective: &ineffective)]
        }
        for name in Self.names(json["required"], &ineffective) {
            guard let index = properties.firstIndex(where: { $0.name == name }) else {
                throw SchemaError(message: "'\(name)' is required but is no property")
            }
            properties[index].isRequired = true
        }
    }

    private static func number(_ member: JSONMember, _ ineffective: inout [String]) -> Double? {
        let number = member.value.doubleValue
        if number?.isFinite != true { ineffective.append("\(member.name) is a number") }
        return number
    }

    /// A number without a fraction is a whole number, however it is written: JSON Schema's rule.
    private static func length(_ member: JSONMember, _ ineffective: inout [String]) -> Int? {
        let length =
            member.value.integerValue.map { Int(clamping: $0) } ?? member.value.doubleValue.flatMap(Int.init(exactly:))
        if length ?? -1 < 0 { ineffective.append("\(member.name) is a whole number, and not below 0") }
        return length.map { max(0, $0) }
    }

    private static func names(_ required: JSONValue?, _ ineffective: inout [String]) -> [String] {
        guard let required else { return [] }
        let names = required.arrayValue?.compactMap(\.stringValue) ?? []
        if names.count != required.arrayValue?.count { ineffective.append("required is a list of names") }
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

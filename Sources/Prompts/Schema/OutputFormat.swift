import JSON

/// Makes OpenAI's `response_format` of a prompt's `output`.
enum OutputFormat {
    /// Property order is the schema's: a model writes in this order.
    static func responseFormat(name: String, schema: JSONValue) -> JSONValue {
        let strict = strictForm(schema)
        return .object([
            JSONMember("type", .string("json_schema")),
            JSONMember(
                "json_schema",
                .object([
                    JSONMember("name", .string(formatName(name))), JSONMember("strict", .bool(strict != nil)),
                    JSONMember("schema", strict ?? schema),
                ])),
        ])
    }

    static let anyObject = JSONValue.object([JSONMember("type", .string("json_object"))])

    /// OpenAI allows 64 letters, digits, `_` and `-`.
    private static func formatName(_ name: String) -> String {
        String(name.map { $0 == "/" || $0 == "." ? "_" : $0 }.prefix(64))
    }

    /// Returns the schema with every property required, as strict mode wants it; nil where strictness is impossible
    /// because an object is open or a value has no type.
    private static func strictForm(_ schema: JSONValue) -> JSONValue? {
        guard case .object(var members) = schema else { return nil }
        if schema["type"] == nil {
            guard let choices = schema["enum"]?.arrayValue, let type = typeOfChoices(choices) else { return nil }
            members.insert(JSONMember("type", type), at: 0)
        }
        if let items = schema["items"] {
            guard let strict = strictForm(items) else { return nil }
            replace("items", strict, &members)
        } else if schema["type"] == .string("array") {
            return nil
        }
        let isObject =
            schema["type"] == .string("object") || schema["type"]?.arrayValue?.contains(.string("object")) == true
        guard isObject else { return .object(members) }
        guard schema["additionalProperties"] == .bool(false), let properties = schema["properties"]?.objectValue else {
            return nil
        }
        let required = schema["required"]?.arrayValue ?? []
        var strict: [JSONMember] = []
        for property in properties {
            // What may be left out must be able to say so with null.
            let mayBeLeftOut = !required.contains(.string(property.name))
            let isNullable = property.value["type"]?.arrayValue?.contains(.string("null")) ?? false
            guard !mayBeLeftOut || isNullable, let value = strictForm(property.value) else { return nil }
            strict.append(JSONMember(property.name, value))
        }
        replace("properties", .object(strict), &members)
        replace("required", .array(properties.map { .string($0.name) }), &members)
        return .object(members)
    }

    /// What an enumeration of texts is, or of texts and null; nil for any other, which no one type describes.
    private static func typeOfChoices(_ choices: [JSONValue]) -> JSONValue? {
        guard choices.allSatisfy({ $0.stringValue != nil || $0 == .null }) else { return nil }
        return choices.contains(.null) ? .array([.string("string"), .string("null")]) : .string("string")
    }

    private static func replace(_ name: String, _ value: JSONValue, _ members: inout [JSONMember]) {
        if let index = members.firstIndex(where: { $0.name == name }) {
            members[index].value = value
        } else {
            members.append(JSONMember(name, value))
        }
    }
}

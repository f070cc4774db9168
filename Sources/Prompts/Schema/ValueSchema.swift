import JSON

/// What a value must be: the part of JSON Schema that prompts use, compiled.
struct ValueSchema: Sendable, Equatable {
    struct Kinds: OptionSet, Sendable {
        var rawValue: UInt8
        static let null = Kinds(rawValue: 1)
        static let boolean = Kinds(rawValue: 2)
        static let integer = Kinds(rawValue: 4)
        /// With fraction or without.
        static let number = Kinds(rawValue: 8)
        static let string = Kinds(rawValue: 16)
        static let array = Kinds(rawValue: 32)
        static let object = Kinds(rawValue: 64)
        static let any: Kinds = [.null, .boolean, .integer, .number, .string, .array, .object]

        init(rawValue: UInt8) { self.rawValue = rawValue }

        /// JSON Schema's word.
        init?(name: String) {
            guard let kind = Kinds.names.first(where: { $0.name == name })?.kind else { return nil }
            self = kind
        }

        /// What `value` is. A number is one whether it has a fraction or not.
        init(of value: JSONValue) {
            self =
                switch value {
                case .null: .null
                case .bool: .boolean
                case .number: .number
                case .string: .string
                case .array: .array
                case .object: .object
                }
        }

        static let names: [(name: String, kind: Kinds)] = [
            ("string", .string), ("number", .number), ("integer", .integer), ("boolean", .boolean),
            ("array", .array), ("object", .object), ("null", .null),
        ]

        /// `a string or null`.
        var description: String {
            Kinds.names.filter { contains($0.kind) }.map(\.name).joined(separator: " or ")
        }
    }

    struct Property: Sendable, Equatable {
        var name: String
        var schema: ValueSchema
        var isRequired: Bool
    }

    var kinds = Kinds.any
    var choices: [JSONValue]?
    var properties: [Property] = []
    /// What properties beyond the named ones must be; empty when there may be none.
    var others: [ValueSchema] = []
    /// What items must be; empty for anything.
    var items: [ValueSchema] = []
    var minimum: Double?
    var maximum: Double?
    /// Of a text in characters, of a list in items.
    var lengths: ClosedRange<Int>?

    static let anything = ValueSchema()

    /// Whether any property may be read of it.
    var isOpen: Bool { (kinds == .any && properties.isEmpty) || !others.isEmpty }

    func property(_ name: String) -> Property? {
        properties.first { $0.name == name }
    }
}

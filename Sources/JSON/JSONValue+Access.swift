extension JSONValue {
    /// The value of the first member called `name`; nil too when this is not an object.
    package subscript(_ name: String) -> JSONValue? {
        objectValue?.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    package var stringValue: String? { if case .string(let text) = self { text } else { nil } }

    package var arrayValue: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }

    package var objectValue: [JSONMember]? { if case .object(let members) = self { members } else { nil } }

    package var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }

    /// The number when it is written as an integer (`1`, `-3`; not `1.0`, not `1e3`) and fits.
    package var integerValue: Int64? { if case .number(let text) = self { Int64(text) } else { nil } }

    /// The nearest `Double`; nil when this is not a number.
    package var doubleValue: Double? { if case .number(let text) = self { Double(text) } else { nil } }

    /// A number from an integer.
    package static func integer(_ value: some BinaryInteger) -> JSONValue { .number(String(value)) }
}

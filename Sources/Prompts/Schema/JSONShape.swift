package import JSON

/// A JSON Schema of the kind that values are checked against: the same part of it that variables may use.
package struct JSONShape: Sendable, Equatable {
    /// Why a schema was refused.
    package struct Fault: Error, Sendable, Equatable {
        package let message: String
    }

    private let schema: ValueSchema

    package init(_ schema: JSONValue) throws(Fault) {
        do throws(SchemaError) {
            self.schema = try ValueSchema(schema)
        } catch {
            throw Fault(message: error.message)
        }
    }

    /// Says where `value` does not fit first, such as `/orders/0/id is missing`; nil when it fits. Shows no values.
    package func mismatch(_ value: JSONValue) -> String? {
        schema.mismatch(value).map { "\($0.path.isEmpty ? "it" : "/\($0.pointer)") \($0.message)" }
    }
}

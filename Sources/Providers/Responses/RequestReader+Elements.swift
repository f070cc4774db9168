import Inference
import JSON

/// Lists of objects, and members that are copied as they are.
extension RequestReader {
    /// Where this object stands, such as `input[3]`.
    var place: String { String(path.dropLast()) }

    /// A reader for each object of an array; nil when the member is absent.
    func objects(_ name: StaticString) throws(GatewayError) -> [RequestReader]? {
        guard let member = member(name) else { return nil }
        guard document.kind(member) == .array else { throw wrong(name, "must be an array", member) }
        var readers: [RequestReader] = []
        readers.reserveCapacity(document.count(of: member))
        for (index, element) in document.elements(of: member).enumerated() {
            let reader = RequestReader(document, node: element, path: "\(path)\(name)[\(index)].")
            guard document.kind(element) == .object else {
                throw GatewayError(
                    400, "invalid_value", "\(reader.place) must be an object, not \(describe(element))",
                    param: reader.place)
            }
            readers.append(reader)
        }
        return readers
    }

    /// The member's bytes; nil when it is absent.
    func raw(_ name: StaticString) -> ArraySlice<UInt8>? {
        member(name).map { document.bytes[document.range($0)] }
    }

    /// The bytes of a member that must be a string, its quotes included.
    func rawString(_ name: StaticString) throws(GatewayError) -> ArraySlice<UInt8> {
        guard let member = member(name) else { throw wrong(name, "is required: a string") }
        guard document.kind(member) == .string else { throw wrong(name, "must be a string", member) }
        return document.bytes[document.range(member)]
    }

    /// The refusal of what chat completions cannot say; `what` is its subject.
    func unsupported(_ name: StaticString, _ what: String) -> GatewayError {
        unsupported(at: "\(path)\(name)", what)
    }

    /// The refusal of what chat completions cannot say; `what` is its subject.
    func unsupported(at place: String, _ what: String) -> GatewayError {
        GatewayError(
            400, "unsupported_parameter",
            "\(place): \(what) cannot be said in a chat completion, and the model's provider speaks no other API;"
                + " leave it out, or call a model whose provider has the Responses API", param: place)
    }
}

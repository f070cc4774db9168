import CivilTime
import Inference
import JSON

/// The members of a request's body: an object of strings and numbers. No body is an empty object.
struct AdminBody {
    private let value: JSONValue

    init(_ bytes: [UInt8], members: [String]) throws(GatewayError) {
        do {
            value = bytes.isEmpty ? .object([]) : try JSONValue(parsing: bytes)
        } catch {
            throw GatewayError(400, "invalid_json", "the body is not JSON: \(error)")
        }
        guard let given = value.objectValue else {
            throw GatewayError(400, "invalid_value", "the body must be an object")
        }
        if let wrong = given.first(where: { !members.contains($0.name) }) {
            throw GatewayError(
                400, "invalid_value",
                "there is no member '\(wrong.name)'; known are: \(members.joined(separator: ", "))",
                param: wrong.name)
        }
    }

    private func member(_ name: String) -> JSONValue? {
        let found = value[name]
        return found == .null ? nil : found
    }

    /// At most 256 bytes, without control characters.
    func text(_ name: String) throws(GatewayError) -> String? {
        guard let found = member(name) else { return nil }
        guard let text = found.stringValue, text.utf8.count <= 256, text.utf8.allSatisfy({ $0 >= 32 && $0 != 127 })
        else {
            throw GatewayError(400, "invalid_value", "\(name) must be a text of at most 256 bytes", param: name)
        }
        return text
    }

    /// RFC 3339, as UTC milliseconds.
    func moment(_ name: String) throws(GatewayError) -> Int64? {
        guard let text = try text(name) else { return nil }
        guard let moment = Timestamp.parse(text) else {
            throw GatewayError(400, "invalid_value", "\(name) must be a time such as 2027-01-31T00:00:00Z", param: name)
        }
        return moment
    }

    func integer(_ name: String, in range: ClosedRange<Int64>) throws(GatewayError) -> Int64? {
        guard let found = member(name) else { return nil }
        guard let number = found.integerValue, range.contains(number) else {
            throw GatewayError(
                400, "invalid_value", "\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound)",
                param: name)
        }
        return number
    }
}

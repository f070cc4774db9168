import CivilTime
import HTTPTypes
import Inference

/// The parameters of a query, decoded; each at most once.
struct QueryParameters {
    private(set) var values: [String: String] = [:]

    /// - Parameter known: the names that are allowed; nil for a reader that checks them itself.
    init(_ head: HTTPRequestHead, known: [String]? = nil) throws(GatewayError) {
        for pair in (head.query ?? "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = QueryParameters.decoded(parts[0]),
                let value = QueryParameters.decoded(parts.count == 2 ? parts[1] : "")
            else { throw GatewayError(400, "invalid_value", "the query is not percent-encoded UTF-8") }
            guard values[name] == nil else {
                throw GatewayError(400, "invalid_value", "\(name) is given twice", param: name)
            }
            if let known, !known.contains(name) {
                throw GatewayError(
                    400, "invalid_value",
                    "there is no parameter '\(name)'; known are: \(known.joined(separator: ", "))",
                    param: name)
            }
            values[name] = value
        }
    }

    func moment(_ name: String) throws(GatewayError) -> Int64? {
        guard let text = values[name] else { return nil }
        guard let moment = Timestamp.parse(text) else {
            throw GatewayError(400, "invalid_value", "\(name) must be a time such as 2026-11-21T08:00:00Z", param: name)
        }
        return moment
    }

    func integer(_ name: String, in range: ClosedRange<Int64>) throws(GatewayError) -> Int64? {
        guard let text = values[name] else { return nil }
        guard let number = Int64(text), range.contains(number) else {
            throw GatewayError(
                400, "invalid_value", "\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound)",
                param: name)
        }
        return number
    }

    /// Percent-encoding, and `+` for a space as forms have it; nil for what is neither, or no UTF-8.
    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte == UInt8(ascii: "+") ? 32 : byte)
                continue
            }
            let digits = rest.prefix(2).map { Character(UnicodeScalar($0)).hexDigitValue }
            guard digits.count == 2, let high = digits[0], let low = digits[1] else { return nil }
            bytes.append(UInt8(high * 16 + low))
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

package import Inference
package import JSON
package import Ledger

/// Corrections that somebody orders at once, and why.
package struct AdjustmentOrder: Sendable {
    package struct Line: Sendable {
        package var request: RequestID
        package var attempt: Int
        /// Signed nano-units.
        package var nano: Int64
        /// The ledger books it once.
        package var id: String?
        /// For an attempt whose price was unknown.
        package var currency: Currency?

        package init(request: RequestID, attempt: Int, nano: Int64, id: String?, currency: Currency? = nil) {
            self.request = request
            self.attempt = attempt
            self.nano = nano
            self.id = id
            self.currency = currency
        }
    }

    package var kind: Adjustment.Kind
    package var reason: String
    /// What the audit trail says that it is about.
    package var subject: String
    package var lines: [Line]

    package init(kind: Adjustment.Kind, reason: String, subject: String, lines: [Line]) {
        self.kind = kind
        self.reason = reason
        self.subject = subject
        self.lines = lines
    }
}

extension AdjustmentOrder {
    /// The body of `POST /admin/v1/adjustments`.
    ///
    /// - Parameter by: who orders it, where that is not the one who asks.
    package func json(by: String) -> JSONValue {
        .object([
            JSONMember("kind", .string(kind.rawValue)), JSONMember("reason", .string(reason)),
            JSONMember("subject", .string(subject)), JSONMember("by", .string(by)),
            JSONMember(
                "adjustments",
                .array(
                    lines.map { line in
                        var members = [
                            JSONMember("request", .string(line.request.description)),
                            JSONMember("attempt", .integer(line.attempt)), JSONMember("nano", .integer(line.nano)),
                        ]
                        if let id = line.id { members.append(JSONMember("id", .string(id))) }
                        if let currency = line.currency {
                            members.append(JSONMember("currency", .string(currency.code)))
                        }
                        return .object(members)
                    })),
        ])
    }

    /// Reads ``json(by:)`` back; refuses what it does not know by name.
    init(_ body: [UInt8]) throws(GatewayError) {
        guard let value = try? JSONValue(parsing: body), let members = value.objectValue else {
            throw GatewayError(400, "invalid_json", "the body must be a JSON object")
        }
        let known = ["kind", "reason", "subject", "by", "adjustments"]
        if let wrong = members.first(where: { !known.contains($0.name) }) {
            throw AdjustmentOrder.wrong(wrong.name, "is no member; known are: \(known.joined(separator: ", "))")
        }
        guard let kind = value["kind"]?.stringValue.flatMap(Adjustment.Kind.init),
            AdjustmentActions.kinds.contains(kind)
        else {
            let words = AdjustmentActions.kinds.map(\.rawValue).joined(separator: " or ")
            throw AdjustmentOrder.wrong("kind", "must be \(words)")
        }
        let reason = try AdjustmentOrder.text(value["reason"], "reason")
        guard let elements = value["adjustments"]?.arrayValue, (1...AdjustmentActions.batch).contains(elements.count)
        else {
            throw AdjustmentOrder.wrong("adjustments", "must be a list of 1 to \(AdjustmentActions.batch)")
        }
        var lines: [Line] = []
        for element in elements { lines.append(try AdjustmentOrder.line(element)) }
        let subject = try value["subject"].map { text throws(GatewayError) in try AdjustmentOrder.text(text, "subject")
        }
        self.init(kind: kind, reason: reason, subject: subject ?? "", lines: lines)
    }

    /// Who ordered it, as the body says.
    static func orderer(_ body: [UInt8]) throws(GatewayError) -> String? {
        guard let value = try? JSONValue(parsing: body), let by = value["by"], by != .null else { return nil }
        return try text(by, "by")
    }

    private static func line(_ value: JSONValue) throws(GatewayError) -> Line {
        guard let request = value["request"]?.stringValue.flatMap({ RequestID($0) }) else {
            throw wrong("request", "must be a request's id, such as req_01K…")
        }
        guard let attempt = value["attempt"]?.integerValue, (1...1_000).contains(attempt) else {
            throw wrong("attempt", "must be a whole number from 1 to 1000")
        }
        guard let nano = value["nano"]?.integerValue, nano.magnitude <= 1_000_000_000_000_000 else {
            throw wrong("nano", "must be whole nano-units, at most a million units of the currency")
        }
        let id = try value["id"].map { value throws(GatewayError) in try text(value, "id") }
        var line = Line(request: request, attempt: Int(attempt), nano: nano, id: id)
        if let code = value["currency"] {
            guard let currency = code.stringValue.flatMap({ Currency($0) }) else {
                throw wrong("currency", "must be three capital letters, such as USD")
            }
            line.currency = currency
        }
        return line
    }

    private static func text(_ value: JSONValue?, _ name: String) throws(GatewayError) -> String {
        guard let text = value?.stringValue, (1...256).contains(text.utf8.count),
            text.utf8.allSatisfy({ $0 >= 32 && $0 != 127 })
        else { throw wrong(name, "must be a text of 1 to 256 bytes") }
        return text
    }

    private static func wrong(_ name: String, _ problem: String) -> GatewayError {
        GatewayError(400, "invalid_value", "\(name) \(problem)", param: name)
    }
}

import Inference
import JSON

/// What the gateway reads of a request of the Responses API.
extension RequestReader {
    /// The conversation: a text, or an array of items. An item that names nothing but another's id is refused.
    func input(mayBeAbsent: Bool) throws(GatewayError) -> JSONNode? {
        guard let input = member("input") else {
            guard mayBeAbsent else { throw wrong("input", "is required: a text, or an array of items") }
            return nil
        }
        switch document.kind(input) {
        case .string: return input
        case .array: break
        default: throw wrong("input", "must be a text or an array of items", input)
        }
        for (index, item) in document.elements(of: input).enumerated() {
            let place = "input[\(index)]"
            guard document.kind(item) == .object else {
                throw GatewayError(
                    400, "invalid_value", "\(place) must be an object, not \(describe(item))", param: place)
            }
            try requireContent(of: item, place)
        }
        guard mayBeAbsent || document.count(of: input) > 0 else { throw wrong("input", "must have at least one item") }
        return input
    }

    /// Refuses an item that is nothing but the name of one that the vendor keeps. The API lets its type be left out.
    private func requireContent(of item: JSONNode, _ place: String) throws(GatewayError) {
        let type = document.member("type", of: item).flatMap { document.kind($0) == .null ? nil : $0 }
        if let type, document.equals(type, "item_reference") { throw stored("\(place).type", "'item_reference'") }
        guard type == nil, document.member("role", of: item) == nil else { return }
        guard document.member("id", of: item) == nil else { throw stored("\(place).id", "an item that is only an id") }
        throw GatewayError(
            400, "invalid_value", "\(place) must have a 'role', as a message has, or a 'type'", param: place)
    }

    /// Refuses what stands on a conversation or an answer that the vendor keeps.
    ///
    /// It lies in the account of the gateway, which many applications share: whoever knew or guessed an id could read
    /// another's conversation. And a call that runs on at the vendor ends where nobody meters it.
    func requireWhole() throws(GatewayError) {
        if member("previous_response_id") != nil { throw stored("previous_response_id", "'previous_response_id'") }
        if member("conversation") != nil { throw stored("conversation", "'conversation'") }
        guard try bool("background") != true else {
            throw GatewayError(
                400, "unsupported_parameter",
                "background must be false: an answer that comes after its request cannot be metered",
                param: "background")
        }
    }

    private func stored(_ param: String, _ what: String) -> GatewayError {
        GatewayError(
            400, "unsupported_parameter",
            "\(what) names what the vendor keeps in an account that all applications share; send the whole conversation"
                + " in input", param: param)
    }
}

import Inference
package import JSON

/// What the rendered messages must be, before any model has seen them: such a test costs nothing.
package enum RenderTest: Sendable, Equatable {
    case contains(String)
    /// The roles of all messages, in their order.
    case roles([String])
    /// Tokens of all texts, at four bytes a token: an estimate, since every model counts its own way.
    case tokensBelow(Int)

    /// Returns what is wrong with the messages, a JSON array in OpenAI's form; nil when nothing is.
    package func fault(in messages: JSONValue) -> String? {
        let messages = messages.arrayValue ?? []
        switch self {
        case .contains(let text):
            return messages.contains { TextSearch.finds(text, in: RenderTest.text($0)) }
                ? nil : "no message contains '\(text)'"
        case .roles(let wanted):
            let roles = messages.map { $0["role"]?.stringValue ?? "" }
            return roles == wanted ? nil : "the roles are \(roles.joined(separator: ", "))"
        case .tokensBelow(let limit):
            let tokens = messages.reduce(0) { $0 + (RenderTest.text($1).utf8.count + 3) / 4 }
            return tokens < limit ? nil : "about \(tokens) tokens, which is not below \(limit)"
        }
    }

    private static func text(_ message: JSONValue) -> String {
        if let text = message["content"]?.stringValue { return text }
        let parts = message["content"]?.arrayValue ?? []
        return parts.compactMap { $0["text"]?.stringValue }.joined(separator: "\n")
    }
}

extension Assertion {
    /// What a render-only assertion finds wrong with the messages of one case; nil when it passes, or is of another kind.
    package func renderFault(in messages: JSONValue) -> String? {
        guard case .render(let test) = test else { return nil }
        let fault = test.fault(in: messages)
        guard isNegated else { return fault }
        return fault == nil ? "\(label): it does" : nil
    }
}

package import Inference
package import JSON

/// A prompt made into the members of one request.
package struct RenderedPrompt: Sendable, Equatable {
    /// The request's `messages`: a JSON array in OpenAI's form.
    package var messages: [UInt8]
    /// What the prompt sets besides the messages, in the order of its front matter.
    package var parameters: [PromptParameter]
    /// `3.1.0` and what else error texts say of the prompt.
    let title: String
    let prompt: PromptFault

    /// Returns the members to set on a request whose client sent the members `names`.
    ///
    /// A parameter that the prompt lists in `llmgw.overridable` and the client sent is left out: the client's stands.
    /// Throws 400 `prompt_param_locked` for one that the prompt keeps to itself.
    package func parameters(besides names: some Sequence<String>) throws(GatewayError) -> [JSONMember] {
        var kept = parameters
        for name in names {
            let canonical = PromptParameter.canonicalName(name)
            guard let index = kept.firstIndex(where: { $0.name == canonical }) else { continue }
            guard !kept[index].isLocked else {
                throw locked(name)
            }
            kept.remove(at: index)
        }
        return kept.map { JSONMember($0.name, $0.value) }
    }

    private func locked(_ name: String) -> GatewayError {
        var error = GatewayError(
            400, "prompt_param_locked",
            "\(title): '\(name)' is set by the prompt; leave it out of the request,"
                + " or list it in the prompt's llmgw.overridable", param: name)
        error.prompt = prompt
        return error
    }
}

/// One member that a prompt adds to the request.
package struct PromptParameter: Sendable, Equatable {
    /// OpenAI's name, such as `max_completion_tokens`.
    package var name: String
    package var value: JSONValue
    /// Whether a client that sends this member too is refused.
    package var isLocked: Bool

    package init(name: String, value: JSONValue, isLocked: Bool) {
        self.name = name
        self.value = value
        self.isLocked = isLocked
    }

    /// The value's JSON text.
    package var json: [UInt8] { value.serialized() }

    /// The name under which a limit of the answer is compared: OpenAI has two for the same thing.
    static func canonicalName(_ name: String) -> String {
        name == "max_tokens" ? "max_completion_tokens" : name
    }
}

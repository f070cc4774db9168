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
    ///
    /// - Parameter value: what the client sent under a name; asked only for members that hold several parameters.
    package func parameters(
        besides names: some Sequence<String>, value: (String) -> JSONValue? = { _ in nil }
    ) throws(GatewayError) -> [JSONMember] {
        var kept = parameters
        for name in names {
            if PromptParameter.objects.contains(name) {
                for member in value(name)?.objectValue ?? [] {
                    try leaveOut(PromptParameter.Place(member.name, in: name), from: &kept)
                }
            } else if name != PromptParameter.list {
                try leaveOut(PromptParameter.Place(name), from: &kept)
            }
        }
        return RenderedPrompt.joined(kept, value)
    }

    private func leaveOut(
        _ place: PromptParameter.Place, from kept: inout [PromptParameter]
    ) throws(GatewayError) {
        guard let index = kept.firstIndex(where: { $0.place.isSame(as: place) }) else { return }
        guard !kept[index].isLocked else { throw locked(place.description) }
        kept.remove(at: index)
    }

    /// The members of the request: what stands in one object or list with something of the client's is put beside it.
    private static func joined(_ kept: [PromptParameter], _ value: (String) -> JSONValue?) -> [JSONMember] {
        var members: [JSONMember] = []
        for parameter in kept {
            guard let object = parameter.object else {
                let sent = parameter.name == PromptParameter.list ? value(parameter.name)?.arrayValue ?? [] : []
                let more = (parameter.value.arrayValue ?? []).filter { !sent.contains($0) }
                members.append(
                    JSONMember(parameter.name, sent.isEmpty ? parameter.value : .array(sent + more)))
                continue
            }
            let own = JSONMember(parameter.name, parameter.value)
            if let index = members.firstIndex(where: { $0.name == object }) {
                members[index].value = .object((members[index].value.objectValue ?? []) + [own])
            } else {
                members.append(JSONMember(object, .object((value(object)?.objectValue ?? []) + [own])))
            }
        }
        return members
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
    /// The member of the request that it stands in; nil for the request itself.
    package var object: String?

    package init(name: String, in object: String? = nil, value: JSONValue, isLocked: Bool) {
        self.name = name
        self.object = object
        self.value = value
        self.isLocked = isLocked
    }

    /// The value's JSON text.
    package var json: [UInt8] { value.serialized() }

    /// Members of the Responses API in which several parameters stand.
    static let objects = ["text", "reasoning"]
    /// The one that adds to what the client sends.
    static let list = "include"

    var place: Place { Place(name, in: object) }

    /// Where a parameter stands in a request.
    struct Place: CustomStringConvertible {
        private let name: String
        private let object: String?

        init(_ name: String, in object: String? = nil) {
            (self.name, self.object) = (name, object)
        }

        var description: String { object.map { "\($0).\(name)" } ?? name }

        /// OpenAI's three names for the limit of the answer are one.
        func isSame(as other: Place) -> Bool {
            object == other.object && (name == other.name || Place.isLimit(name) && Place.isLimit(other.name))
        }

        private static func isLimit(_ name: String) -> Bool {
            ["max_tokens", "max_completion_tokens", "max_output_tokens"].contains(name)
        }
    }
}

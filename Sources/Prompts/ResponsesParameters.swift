import Inference
import JSON

/// A prompt's parameters in the names of the Responses API, where some stand within others.
///
///     max_completion_tokens       max_output_tokens
///     reasoning_effort            reasoning.effort
///     response_format, verbosity  text.format, text.verbosity
///     tools, tool_choice          the same, without the inner object `function`
///     logprobs                    include: ["message.output_text.logprobs"]
struct ResponsesParameters {
    private(set) var parameters: [PromptParameter] = []
    /// The first that the API has no member for.
    private(set) var unknown: String?

    init(_ chat: [PromptParameter]) {
        for parameter in chat { add(parameter) }
    }

    private mutating func add(_ parameter: PromptParameter) {
        let value = parameter.value
        switch parameter.name {
        case "max_completion_tokens": set("max_output_tokens", value, parameter)
        case "reasoning_effort": set("effort", in: "reasoning", value, parameter)
        case "verbosity": set("verbosity", in: "text", value, parameter)
        case "response_format":
            set("format", in: "text", ResponsesParameters.flattened(value, "json_schema"), parameter)
        case "tools":
            set("tools", .array((value.arrayValue ?? []).map(ResponsesParameters.tool)), parameter)
        case "tool_choice": set("tool_choice", ResponsesParameters.flattened(value, "function"), parameter)
        case "logprobs":
            guard value == .bool(true) else { return }
            set("include", .array([.string("message.output_text.logprobs")]), parameter)
        case "temperature", "top_p", "top_logprobs", "parallel_tool_calls", "service_tier":
            set(parameter.name, value, parameter)
        case "n" where value == .integer(1): break
        default: unknown = unknown ?? parameter.name
        }
    }

    private mutating func set(
        _ name: String, in object: String? = nil, _ value: JSONValue, _ parameter: PromptParameter
    ) {
        parameters.append(PromptParameter(name: name, in: object, value: value, isLocked: parameter.isLocked))
    }

    /// A function is strict unless it says otherwise; on chat completions it is the other way round.
    private static func tool(_ value: JSONValue) -> JSONValue {
        let tool = flattened(value, "function")
        guard tool["type"] == .string("function"), tool["strict"] == nil, var members = tool.objectValue else {
            return tool
        }
        members.append(JSONMember("strict", .bool(false)))
        return .object(members)
    }

    /// `{"type": T, inner: {…}}` with the members of the inner object in its place.
    private static func flattened(_ value: JSONValue, _ inner: String) -> JSONValue {
        guard let members = value.objectValue else { return value }
        return .object(
            members.flatMap { member in
                guard member.name == inner, let within = member.value.objectValue else { return [member] }
                return within
            })
    }
}

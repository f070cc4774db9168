package import Inference
package import JSON

/// The objects of requests, as all vendors together read them.
enum RequestShapes {
    private typealias Member = ObjectShape.Member

    private static let image = ObjectShape(names: ["url", "detail"])

    /// A piece of a message's content, on either API.
    private static let part = ObjectShape([
        Member("type", .string), Member("text", [.string, .null]), Member("refusal", [.string, .null]),
        Member("image_url", [.string, .object, .null], image),
        Member("input_audio", .object, ObjectShape(names: ["data", "format"])),
        Member("file", .object, ObjectShape(names: ["file_data", "file_id", "filename", "file_url"])),
        Member("video_url", [.string, .object], ObjectShape(names: ["url"])),
        Member("audio_url", [.string, .object], ObjectShape(names: ["url"])),
        Member("file_id"), Member("file_data"), Member("file_url"), Member("filename"), Member("detail"),
        Member("cache_control"), Member("annotations"), Member("logprobs"), Member("thinking"),
    ])

    private static let function = ObjectShape(names: ["name", "description", "parameters", "strict", "arguments"])

    private static let custom = ObjectShape(names: ["name", "description", "format", "input"])

    private static let call = ObjectShape(
        names: ["id", "type", "index"], Member("function", .object, function), Member("custom", .object, custom))

    static let message = ObjectShape([
        Member("role", .string),
        Member("content", [.string, .array, .null], elements: [.object, .string], part),
        Member("name", [.string, .null]), Member("tool_call_id", [.string, .null]),
        Member("refusal", [.string, .null, .array]),
        Member("tool_calls", [.array, .null], elements: .object, call),
        Member("function_call", [.object, .null], function),
        Member("audio", [.object, .null], ObjectShape(names: ["id"])),
        Member("reasoning_content"), Member("reasoning"), Member("reasoning_details"), Member("prefix"),
        Member("cache_control"), Member("images"), Member("thinking"),
    ])

    /// An item of the Responses API's `input`.
    static let item = ObjectShape([
        Member("type", [.string, .null]), Member("role", [.string, .null]), Member("id", [.string, .null]),
        Member("content", [.string, .array, .null], elements: .object, part),
        Member("output", [.string, .array, .object, .null], elements: .object, part),
        Member("summary", [.array, .null], elements: .object, part), Member("status"),
        Member("name", [.string, .null]), Member("call_id", [.string, .null]), Member("arguments"), Member("input"),
        Member("encrypted_content", [.string, .null]), Member("namespace"), Member("action"), Member("tools"),
        Member("phase"),
    ])

    private static let environment = ObjectShape(
        names: ["type", "memory_limit", "file_ids", "container_id", "network_policy", "skills"])

    /// What a request offers to the model; members of tools that vendors run are among them.
    private static let tool = ObjectShape([
        Member("type"), Member("function", .object, function), Member("custom", [.object, .null], custom),
        Member("name"),
        Member("description"), Member("parameters"), Member("strict"), Member("format"), Member("max_uses"),
        Member("container", nil, environment), Member("environment", nil, environment), Member("search_context_size"),
        Member("filters"), Member("vector_store_ids"), Member("max_num_results"), Member("server_url"),
        Member("server_label"), Member("connector_id"), Member("allowed_tools"), Member("require_approval"),
        Member("model"), Member("size"), Member("quality"), Member("user_location"), Member("tools"),
        Member("input_schema"),
    ])

    private static let format = ObjectShape(
        names: ["type", "name", "description", "schema", "strict"],
        Member("json_schema", nil, ObjectShape(names: ["name", "description", "schema", "strict"])))

    private static let promptCall = ObjectShape(names: ["id", "version", "variables"])

    /// What stands in the outermost object, where somebody reads more than the value itself.
    private static func inner(_ endpoint: OpenAIRequest.Endpoint) -> [Member] {
        let shared = [
            Member("tools", nil, tool), Member("functions", nil, function), Member("response_format", nil, format),
            Member("text", nil, ObjectShape([Member("format", nil, format), Member("verbosity")])),
            Member(
                "stream_options", nil,
                ObjectShape(names: ["include_usage", "include_obfuscation", "continuous_usage_stats"])),
            Member("prediction", nil, ObjectShape([Member("type"), Member("content", nil, part)])),
            Member("audio", nil, ObjectShape(names: ["voice", "format"])),
            Member(
                "reasoning", nil,
                ObjectShape(names: [
                    "effort", "summary", "generate_summary", "mode", "max_tokens", "exclude", "enabled",
                ])),
            Member("web_search_options", nil, ObjectShape(names: ["search_context_size", "user_location"])),
            Member(
                "search_parameters", nil,
                ObjectShape(names: [
                    "mode", "max_search_results", "sources", "from_date", "to_date", "return_citations",
                ])),
            Member(
                "plugins", nil,
                ObjectShape(names: [
                    "id", "max_results", "engine", "search_prompt", "enabled", "models", "model", "allowed_models",
                ])),
            Member(
                "provider", nil,
                ObjectShape(names: [
                    "order", "only", "ignore", "sort", "allow_fallbacks", "max_price", "require_parameters",
                    "data_collection", "quantizations", "zdr",
                ])),
            Member("thinking", nil, ObjectShape(names: ["type", "budget_tokens"])),
            Member("image", nil, ObjectShape(names: ["context_compression"])),
        ]
        switch endpoint {
        case .chatCompletions:
            return shared + [
                Member("messages", nil, message), Member("input", nil, item), Member("prompt", nil, promptCall),
            ]
        case .responses:
            return shared + [Member("input", nil, item), Member("prompt", nil, promptCall)]
        case .completions, .embeddings: return shared
        }
    }

    private static func root(_ endpoint: OpenAIRequest.Endpoint) -> ObjectShape {
        let inner = Dictionary(inner(endpoint).map { ($0.name, $0) }) { first, _ in first }
        return ObjectShape(MemberTable.names.map { inner[$0] ?? Member($0) })
    }

    private static let roots = OpenAIRequest.Endpoint.allCases.map { Root(shape: root($0), endpoint: $0) }

    /// The outermost object of requests to an endpoint.
    private struct Root: Sendable {
        let shape: ObjectShape
        /// Of each known name: whether nothing that the gateway promises depends on it, beyond what it reads there.
        let isOrdinary: [Bool]

        init(shape: ObjectShape, endpoint: OpenAIRequest.Endpoint) {
            self.shape = shape
            let ordinary = MemberTable.ordinary(on: endpoint)
            isOrdinary = shape.members.map { ordinary.contains($0.name) }
        }
    }

    /// Refuses members that two readers could understand differently, and messages of wrong types.
    ///
    /// - Returns: the members that not every vendor takes without an effect on model, limit, input, tools or fees. Ordinary
    ///   bodies have none.
    static func check(
        _ document: JSONDocument, _ endpoint: OpenAIRequest.Endpoint
    ) throws(GatewayError) -> [SpecialMember] {
        let root = roots[endpoint.index]
        var special: [SpecialMember] = []
        do throws(ObjectShape.Misfit) {
            try root.shape.check(document.root, of: document) { index, name, value in
                if let index, root.isOrdinary[index] { return }
                guard document.kind(value) != .null else { return }
                special.append(SpecialMember(name: document.string(name) ?? "", value: value))
            }
        } catch {
            throw error.gatewayError
        }
        return special
    }
}

/// A member of a request that is not of the API which all vendors speak.
package struct SpecialMember: Sendable {
    package let name: String
    package let value: JSONNode
}

extension JSONDocument {
    /// Refuses messages with members that two readers could understand differently, or of wrong types.
    ///
    /// - Parameter messages: an array; other values pass.
    package func checkMessages(_ messages: JSONNode) throws(GatewayError) {
        for (index, element) in elements(of: messages).enumerated() where kind(element) == .object {
            do throws(ObjectShape.Misfit) {
                try RequestShapes.message.check(element, of: self)
            } catch {
                throw error.under("messages[\(index)]").gatewayError
            }
        }
    }
}

extension OpenAIRequest.Endpoint {
    fileprivate var index: Int {
        switch self {
        case .chatCompletions: 0
        case .completions: 1
        case .embeddings: 2
        case .responses: 3
        }
    }
}

import JSON

/// Makes the stream that was asked for of an answer that came whole.
enum StreamFromWhole {
    /// Returns the events that say what `body` says; nil when it is no answer.
    static func events(_ body: [UInt8], _ endpoint: OpenAIRequest.Endpoint) -> [UInt8]? {
        guard let document = MendedJSON.document(body) else { return nil }
        let answer = document.value(document.root)
        switch endpoint {
        case .responses: return responseEvents(answer)
        case .chatCompletions, .completions: return chunks(answer, isChat: endpoint == .chatCompletions)
        case .embeddings: return nil
        }
    }

    /// `data: …` on one line.
    static func event(_ json: [UInt8], name: String? = nil) -> [UInt8] {
        let line = json.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }
        return Array((name.map { "event: \($0)\n" } ?? "").utf8) + Array("data: ".utf8) + line + Array("\n\n".utf8)
    }

    // MARK: Chunks

    private static func chunks(_ answer: JSONValue, isChat: Bool) -> [UInt8]? {
        guard let choices = answer["choices"]?.arrayValue else { return nil }
        let shared = (answer.objectValue ?? []).filter { !["choices", "usage", "object"].contains($0.name) }
        let object = JSONMember("object", .string(isChat ? "chat.completion.chunk" : "text_completion"))
        func chunk(_ choices: [JSONValue], _ more: [JSONMember] = []) -> [UInt8] {
            event(JSONValue.object(shared + [object, JSONMember("choices", .array(choices))] + more).serialized())
        }
        var bytes: [UInt8] = []
        for (place, choice) in choices.enumerated() {
            guard isChat else {
                bytes += chunk([choice])
                continue
            }
            for piece in pieces(of: choice, place) { bytes += chunk([piece]) }
        }
        if let usage = answer["usage"] { bytes += chunk([], [JSONMember("usage", usage)]) }
        return bytes + Array("data: [DONE]\n\n".utf8)
    }

    /// What a choice says, and how it ended.
    private static func pieces(of choice: JSONValue, _ place: Int) -> [JSONValue] {
        let index = JSONMember("index", choice["index"] ?? .integer(place))
        let none = JSONMember("finish_reason", .null)
        var told = [index, JSONMember("delta", delta(choice["message"] ?? .object([])))]
        if let logprobs = choice["logprobs"] { told.append(JSONMember("logprobs", logprobs)) }
        let rest = (choice.objectValue ?? []).filter { !["index", "message", "logprobs"].contains($0.name) }
        return [.object(told + [none]), .object([index, JSONMember("delta", .object([]))] + rest)]
    }

    /// A message as a delta: clients want to know which call a piece belongs to.
    private static func delta(_ message: JSONValue) -> JSONValue {
        .object(
            (message.objectValue ?? []).map { member in
                guard member.name == "tool_calls", let calls = member.value.arrayValue else { return member }
                let numbered = calls.enumerated().map { place, call in
                    JSONValue.object(
                        [JSONMember("index", .integer(place))]
                            + (call.objectValue ?? []).filter { $0.name != "index" })
                }
                return JSONMember(member.name, .array(numbered))
            })
    }
}

// MARK: The Responses API

extension StreamFromWhole {
    private static func responseEvents(_ response: JSONValue) -> [UInt8]? {
        guard let output = response["output"]?.arrayValue else { return nil }
        var bytes: [UInt8] = []
        var sequence = 0
        func tell(_ type: String, _ members: [JSONMember]) {
            let head = [JSONMember("type", .string(type)), JSONMember("sequence_number", .integer(sequence))]
            bytes += event(JSONValue.object(head + members).serialized(), name: type)
            sequence += 1
        }
        let begun = JSONMember("response", begun(response))
        tell("response.created", [begun])
        tell("response.in_progress", [begun])
        for (place, item) in output.enumerated() {
            let index = JSONMember("output_index", .integer(place))
            tell("response.output_item.added", [index, JSONMember("item", emptied(item))])
            for (type, members) in contents(of: item) {
                tell(type, [JSONMember("item_id", item["id"] ?? .string("")), index] + members)
            }
            tell("response.output_item.done", [index, JSONMember("item", item)])
        }
        let isWhole = response["status"]?.stringValue != "incomplete"
        tell(isWhole ? "response.completed" : "response.incomplete", [JSONMember("response", response)])
        return bytes
    }

    /// The Response before anything was written.
    private static func begun(_ response: JSONValue) -> JSONValue {
        .object(
            (response.objectValue ?? []).map { member in
                switch member.name {
                case "status": JSONMember("status", .string("in_progress"))
                case "output": JSONMember("output", .array([]))
                case "usage", "incomplete_details", "completed_at": JSONMember(member.name, .null)
                default: member
                }
            })
    }

    /// The item before its text or arguments.
    private static func emptied(_ item: JSONValue) -> JSONValue {
        .object(
            (item.objectValue ?? []).map { member in
                switch member.name {
                case "content" where item["type"]?.stringValue == "message": JSONMember("content", .array([]))
                case "arguments": JSONMember("arguments", .string(""))
                case "status": JSONMember("status", .string("in_progress"))
                default: member
                }
            })
    }

    private static func contents(of item: JSONValue) -> [(type: String, members: [JSONMember])] {
        if item["type"]?.stringValue == "function_call", let arguments = item["arguments"] {
            return [
                ("response.function_call_arguments.delta", [JSONMember("delta", arguments)]),
                ("response.function_call_arguments.done", [JSONMember("arguments", arguments)]),
            ]
        }
        guard item["type"]?.stringValue == "message" else { return [] }
        return (item["content"]?.arrayValue ?? []).enumerated().flatMap { place, part in
            let index = JSONMember("content_index", .integer(place))
            let isText = part["type"]?.stringValue == "output_text"
            let (name, kind) = isText ? ("text", "output_text") : ("refusal", "refusal")
            guard let text = part[name] else { return [(type: String, members: [JSONMember])]() }
            let logprobs = isText ? [JSONMember("logprobs", .array([]))] : []
            let empty = (part.objectValue ?? []).map { $0.name == name ? JSONMember(name, .string("")) : $0 }
            return [
                ("response.content_part.added", [index, JSONMember("part", .object(empty))]),
                ("response.\(kind).delta", [index, JSONMember("delta", text)] + logprobs),
                ("response.\(kind).done", [index, JSONMember(name, text)] + logprobs),
                ("response.content_part.done", [index, JSONMember("part", part)]),
            ]
        }
    }
}

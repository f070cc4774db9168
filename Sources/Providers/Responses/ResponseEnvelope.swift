import Inference
package import JSON

/// What all forms of the Response to one request share: its ids, its time, and the members of the request that it repeats.
package struct ResponseEnvelope: Sendable {
    /// The part of every id that is the request's own.
    private let seed: String
    /// Seconds since 1970, UTC.
    private let createdAt: Int64
    /// The model's name, when the upstream gives none.
    private let model: String?
    /// Members with their names, separated by commas.
    private let repeated: [UInt8]
    /// Names of tools that take free text: upstream they are functions.
    private let customTools: Set<String>

    /// - Parameters:
    ///   - document: the request that is translated, in the form of the Responses API.
    ///   - id: of the request, such as `req_01JD…`; the ids of the Response and its items are made from it.
    ///   - createdAt: seconds since 1970, UTC.
    package init(_ document: JSONDocument, id: String, createdAt: Int64) {
        seed = id.hasPrefix("req_") ? String(id.dropFirst(4)) : id
        self.createdAt = createdAt
        model = document.member("model", of: document.root).flatMap(document.string)
        repeated = ResponseEnvelope.repeated(of: document)
        let tools = document.member("tools", of: document.root).map { Array(document.elements(of: $0)) } ?? []
        let custom = tools.filter { tool in
            guard document.member("input_schema", of: tool) == nil else { return false }
            return document.member("type", of: tool).map { document.equals($0, "custom") } ?? false
        }
        customTools = Set(custom.compactMap { document.member("name", of: $0).flatMap(document.string) })
    }

    /// About how many bytes the envelope adds to the items.
    var byteCount: Int { repeated.count + 512 }

    func id(_ prefix: String, _ index: Int) -> String { "\(prefix)_\(seed)_\(index)" }

    /// Whether calls of this tool are calls with free text.
    ///
    /// - Parameter name: a JSON string.
    func isCustom(_ name: [UInt8]) -> Bool {
        guard !customTools.isEmpty, let document = try? JSONDocument(name) else { return false }
        return document.string(document.root).map(customTools.contains) ?? false
    }
}

// MARK: What is repeated

extension ResponseEnvelope {
    /// Members that a Response repeats, and what stands there when the request does not say.
    private static let defaults: [(name: StaticString, value: StaticString)] = [
        ("instructions", "null"), ("max_output_tokens", "null"), ("max_tool_calls", "null"), ("metadata", "{}"),
        ("parallel_tool_calls", "true"), ("prompt_cache_key", "null"),
        ("reasoning", #"{"effort":null,"summary":null}"#), ("safety_identifier", "null"), ("temperature", "1.0"),
        ("text", #"{"format":{"type":"text"}}"#), ("tool_choice", #""auto""#), ("tools", "[]"), ("top_logprobs", "0"),
        ("top_p", "1.0"), ("user", "null"),
    ]

    private static func repeated(of document: JSONDocument) -> [UInt8] {
        var output = JSONWriter()
        for (name, value) in defaults {
            output.name(name)
            if let member = document.member(name, of: document.root), document.kind(member) != .null {
                output.raw(document.bytes[document.range(member)])
            } else {
                output.raw(Array("\(value)".utf8))
            }
        }
        return output.bytes
    }
}

// MARK: The Response

extension ResponseEnvelope {
    /// Writes the whole Response.
    ///
    /// - Parameter reading: of the upstream's answer so far; usage is told when the Response has ended.
    func write(
        _ state: ResponseState, _ items: [ResponseItem], _ reading: AnswerReading, to output: inout JSONWriter
    ) {
        output.beginObject()
        output.member("id", "resp_\(seed)")
        output.member("object", "response")
        output.member("created_at", createdAt)
        output.member("status", state.name)
        output.member("background", false)
        state.writeReasons(to: &output)
        output.member("model", reading.model ?? model ?? "")
        output.name("output")
        output.beginArray()
        for item in items { item.write(to: &output) }
        output.endArray()
        output.name("previous_response_id")
        output.null()
        output.member("service_tier", reading.tier)
        output.member("store", false)
        output.member("truncation", "disabled")
        output.raw(repeated)  // names and values
        output.name("usage")
        if state == .inProgress { output.null() } else { ResponseEnvelope.write(reading, to: &output) }
        output.endObject()
    }

    /// Usage as it is billed; null when the upstream reported none.
    private static func write(_ reading: AnswerReading, to output: inout JSONWriter) {
        guard let usage = reading.usage else { return output.null() }
        output.beginObject()
        output.member("input_tokens", usage.totalInput)
        output.name("input_tokens_details")
        output.beginObject()
        output.member("cached_tokens", usage.cachedInput)
        output.member("cache_write_tokens", usage.tokens(under: .cacheWrite))
        output.endObject()
        output.member("output_tokens", usage.totalOutput)
        output.name("output_tokens_details")
        output.beginObject()
        output.member("reasoning_tokens", usage.reasoning)
        output.endObject()
        output.member("total_tokens", usage.totalInput.addingClamped(usage.totalOutput))
        output.endObject()
    }
}

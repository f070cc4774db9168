import JSON

/// An answer in the form of the Responses API: whole, or as the events of a stream.
struct SimulatedResponse {
    private let request: SimulatedRequest
    private let choice: SimulatedChoice
    private let usage: SimulatedUsage
    private let id: String
    /// What the answer repeats of its request, as JSON.
    private let instructions: [UInt8]

    init(_ request: SimulatedRequest, _ document: JSONDocument) {
        self.request = request
        choice = SimulatedChoice(request, index: 0)
        usage = SimulatedUsage(request, [choice])
        id = String(stableHash(request.question, seed: stableHash(request.model.name.utf8)), radix: 16)
        let instructions = document.member("instructions", of: document.root)
        self.instructions = instructions.map { Array(document.bytes[document.range($0)]) } ?? Array("null".utf8)
    }

    /// The answer as its model gives it, faults included.
    var answer: SimulatedAnswer {
        let (model, hasUsage) = (request.model, request.model.behaviour != .noUsage)
        guard request.isStream else {
            var writer = JSONWriter(capacity: 1024 + choice.text.bytes.count)
            write(endStatus, hasUsage: hasUsage, to: &writer)
            return model.answer(whole: writer.bytes, failure: failed)
        }
        let start = Array("event: response.failed\ndata: {\"type\":\"response.failed\",\"response\":".utf8)
        return model.answer(
            events: events(hasUsage: hasUsage), broken: "data: {\"type\":\"response.output_text.delta\",\n\n",
            failure: start + failed + Array("}\n\n".utf8))
    }

    private enum Status: String {
        case inProgress = "in_progress"
        case completed, incomplete
    }

    private var endStatus: Status { choice.wasCut ? .incomplete : .completed }
    private var text: String { String(decoding: choice.text.bytes, as: UTF8.self) }
    private var itemID: String { (choice.call == nil ? "msg_sim" : "fc_sim") + id }
}

// MARK: Objects

extension SimulatedResponse {
    /// - Parameter usage: whether it is known and reported.
    private func write(_ status: Status, hasUsage: Bool, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("id", "resp_sim\(id)")
        writer.member("object", "response")
        writer.member("created_at", 1_763_700_000)
        writer.member("status", status.rawValue)
        writer.member("model", request.model.name)
        for name in ["error", "previous_response_id"] {
            writer.name(name)
            writer.null()
        }
        writer.name("incomplete_details")
        writer.raw(Array((status == .incomplete ? #"{"reason":"max_output_tokens"}"# : "null").utf8))
        writer.name("instructions")
        writer.raw(instructions)
        writer.name("max_output_tokens")
        if let limit = request.limit { writer.integer(limit) } else { writer.null() }
        writer.raw(member: #""metadata":{},"parallel_tool_calls":true,"temperature":1.0,"top_p":1.0"#)
        writer.raw(member: #""tool_choice":"auto","tools":[],"service_tier":"default""#)
        writer.name("output")
        writer.beginArray()
        if status != .inProgress { writeItem(status, text: text, to: &writer) }
        writer.endArray()
        writer.name("usage")
        if hasUsage { writeUsage(to: &writer) } else { writer.null() }
        writer.endObject()
    }

    private func writeItem(_ status: Status, text: String?, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("id", itemID)
        writer.member("type", choice.call == nil ? "message" : "function_call")
        writer.member("status", status.rawValue)
        if let call = choice.call {
            writer.member("call_id", "call_sim0")
            writer.member("name", call)
            writer.member("arguments", text ?? "")
        } else {
            writer.member("role", "assistant")
            writer.name("content")
            writer.beginArray()
            if let text { writePart(text, to: &writer) }
            writer.endArray()
        }
        writer.endObject()
    }

    private func writePart(_ text: String, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("type", "output_text")
        writer.member("text", text)
        writer.raw(member: #""annotations":[],"logprobs":[]"#)
        writer.endObject()
    }

    private func writeUsage(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("input_tokens", usage.input)
        writer.raw(member: #""input_tokens_details":{"cached_tokens":\#(usage.cached),"cache_write_tokens":0}"#)
        writer.member("output_tokens", usage.output)
        writer.raw(member: #""output_tokens_details":{"reasoning_tokens":\#(usage.reasoning)}"#)
        writer.member("total_tokens", usage.input + usage.output)
        writer.endObject()
    }
}

// MARK: Events

extension SimulatedResponse {
    /// All events in their order; the last is the end.
    private func events(hasUsage: Bool) -> [[UInt8]] {
        var events: [[UInt8]] = []
        func add(_ type: String, _ members: (inout JSONWriter) -> Void) {
            var writer = JSONWriter(capacity: 320)
            writer.beginObject()
            writer.member("type", type)
            writer.member("sequence_number", events.count)
            members(&writer)
            writer.endObject()
            events.append(Array("event: \(type)\ndata: ".utf8) + writer.bytes + Array("\n\n".utf8))
        }
        func addResponse(_ type: String, _ status: Status, hasUsage: Bool = false) {
            add(type) { writer in
                writer.name("response")
                self.write(status, hasUsage: hasUsage, to: &writer)
            }
        }
        func addItem(_ type: String, _ status: Status, text: String?) {
            add(type) { writer in
                writer.member("output_index", 0)
                writer.name("item")
                self.writeItem(status, text: text, to: &writer)
            }
        }
        addResponse("response.created", .inProgress)
        addResponse("response.in_progress", .inProgress)
        addItem("response.output_item.added", .inProgress, text: nil)
        addContent(add)
        addItem("response.output_item.done", .completed, text: text)
        addResponse("response.\(endStatus.rawValue)", endStatus, hasUsage: hasUsage)
        return events
    }

    private typealias Add = (String, (inout JSONWriter) -> Void) -> Void

    private func addContent(_ add: Add) {
        let isCall = choice.call != nil
        let stem = isCall ? "response.function_call_arguments" : "response.output_text"
        if !isCall { addPart("response.content_part.added", "", add) }
        for piece in choice.text.pieces(request.model.pace.chunks) {
            add("\(stem).delta") { writer in
                writePlace(to: &writer, isCall: isCall)
                writer.member("delta", String(decoding: piece, as: UTF8.self))
            }
        }
        add("\(stem).done") { writer in
            writePlace(to: &writer, isCall: isCall)
            writer.member(isCall ? "arguments" : "text", text)
        }
        if !isCall { addPart("response.content_part.done", text, add) }
    }

    private func addPart(_ type: String, _ text: String, _ add: Add) {
        add(type) { writer in
            writer.member("item_id", itemID)
            writer.member("output_index", 0)
            writer.member("content_index", 0)
            writer.name("part")
            writePart(text, to: &writer)
        }
    }

    private func writePlace(to writer: inout JSONWriter, isCall: Bool) {
        writer.member("item_id", itemID)
        writer.member("output_index", 0)
        guard !isCall else { return }
        writer.member("content_index", 0)
        writer.raw(member: #""logprobs":[]"#)
    }
}

extension SimulatedResponse {
    /// A Response object that says that there is no answer.
    private var failed: [UInt8] {
        let error = #"{"code":"server_error","message":"the simulated server failed after it had begun"}"#
        return Array(
            #"{"id":"resp_sim\#(id)","object":"response","status":"failed","error":\#(error),"output":[],"usage":null}"#
                .utf8)
    }
}

extension JSONWriter {
    /// Appends members, name and value, that are JSON already.
    fileprivate mutating func raw(member text: String) { raw(Array(text.utf8)) }
}

import JSON

/// An answer of a simulated model as bytes: whole, or as the events of a stream.
struct SimulatedGeneration {
    let request: SimulatedRequest
    let choices: [SimulatedChoice]
    let usage: SimulatedUsage
    private let id: String
    private var isChat: Bool { request.api == .chat }

    init(_ request: SimulatedRequest) {
        self.request = request
        choices = (0..<request.count).map { SimulatedChoice(request, index: $0) }
        usage = SimulatedUsage(request, choices)
        let hash = stableHash(request.question, seed: stableHash(request.model.name.utf8))
        id = (request.api == .chat ? "chatcmpl-sim" : "cmpl-sim") + String(hash, radix: 16)
    }

    /// The answer as one JSON object.
    func whole(hasUsage: Bool) -> [UInt8] {
        var writer = JSONWriter(capacity: 512 + choices.reduce(0) { $0 + $1.text.bytes.count + 128 })
        writer.beginObject()
        writeHead(isChat ? "chat.completion" : "text_completion", to: &writer)
        writer.name("choices")
        writer.beginArray()
        for (index, choice) in choices.enumerated() {
            writer.beginObject()
            writer.member("index", index)
            write(choice, index, to: &writer)
            writer.name("finish_reason")
            writer.string(choice.finishReason)
            writer.endObject()
        }
        writer.endArray()
        if hasUsage {
            writer.name("usage")
            usage.write(to: &writer)
        }
        writer.endObject()
        return writer.bytes
    }

    private func writeHead(_ object: StaticString, to writer: inout JSONWriter) {
        writer.member("id", id)
        writer.name("object")
        writer.string(object)
        writer.member("created", 1_763_700_000)
        writer.member("model", request.model.name)
        writer.name("service_tier")
        writer.string("default" as StaticString)
    }

    private func write(_ choice: SimulatedChoice, _ index: Int, to writer: inout JSONWriter) {
        let text = String(decoding: choice.text.bytes, as: UTF8.self)
        guard isChat else { return writer.member("text", text) }
        writer.name("message")
        writer.beginObject()
        writer.name("role")
        writer.string("assistant" as StaticString)
        writer.member("content", choice.call == nil ? text : nil)
        if let call = choice.call {
            writer.name("tool_calls")
            writer.beginArray()
            writeCall(call, index, arguments: text, at: nil, to: &writer)
            writer.endArray()
        }
        writer.endObject()
    }

    private func writeCall(
        _ name: String, _ choice: Int, arguments: String, at index: Int?, to writer: inout JSONWriter
    ) {
        writer.beginObject()
        if let index { writer.member("index", index) }
        writer.member("id", "call_sim\(choice)")
        writer.name("type")
        writer.string("function" as StaticString)
        writer.name("function")
        writer.beginObject()
        writer.member("name", name)
        writer.member("arguments", arguments)
        writer.endObject()
        writer.endObject()
    }
}

// MARK: Streams

extension SimulatedGeneration {
    /// The events of the answer, without `[DONE]`; the last is the usage, when it was asked for.
    func events(hasUsage: Bool) -> [[UInt8]] {
        var events: [[UInt8]] = []
        for (index, choice) in choices.enumerated() {
            if isChat { events.append(event { self.writeOpening(choice, index, to: &$0) }) }
            for piece in choice.text.pieces(request.model.pace.chunks) {
                events.append(event { self.write(piece, of: choice, index, to: &$0) })
            }
            events.append(event { self.writeEnd(choice, index, to: &$0) })
        }
        if hasUsage, request.includesUsage { events.append(event(isUsage: true) { _ in }) }
        return events
    }

    static let terminator = Array("data: [DONE]\n\n".utf8)

    private func event(isUsage: Bool = false, _ writeChoice: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter(capacity: 320)
        writer.beginObject()
        writeHead(isChat ? "chat.completion.chunk" : "text_completion", to: &writer)
        writer.name("choices")
        writer.beginArray()
        writeChoice(&writer)
        writer.endArray()
        if isUsage {
            writer.name("usage")
            usage.write(to: &writer)
        } else if request.includesUsage {
            writer.name("usage")
            writer.null()
        }
        writer.endObject()
        return Array("data: ".utf8) + writer.bytes + Array("\n\n".utf8)
    }

    private func writeOpening(_ choice: SimulatedChoice, _ index: Int, to writer: inout JSONWriter) {
        writeDelta(index, to: &writer) { delta in
            delta.name("role")
            delta.string("assistant" as StaticString)
            guard let call = choice.call else { return delta.member("content", "") }
            delta.name("tool_calls")
            delta.beginArray()
            self.writeCall(call, index, arguments: "", at: 0, to: &delta)
            delta.endArray()
        }
    }

    private func write(
        _ piece: ArraySlice<UInt8>, of choice: SimulatedChoice, _ index: Int, to writer: inout JSONWriter
    ) {
        let text = String(decoding: piece, as: UTF8.self)
        guard isChat else {
            return writeChoice(index, nil, to: &writer) { $0.member("text", text) }
        }
        writeDelta(index, to: &writer) { delta in
            guard choice.call != nil else { return delta.member("content", text) }
            delta.name("tool_calls")
            delta.beginArray()
            delta.beginObject()
            delta.member("index", 0)
            delta.name("function")
            delta.beginObject()
            delta.member("arguments", text)
            delta.endObject()
            delta.endObject()
            delta.endArray()
        }
    }

    private func writeEnd(_ choice: SimulatedChoice, _ index: Int, to writer: inout JSONWriter) {
        guard isChat else {
            return writeChoice(index, choice.finishReason, to: &writer) { $0.member("text", "") }
        }
        writeDelta(index, finishReason: choice.finishReason, to: &writer) { _ in }
    }

    private func writeDelta(
        _ index: Int, finishReason: StaticString? = nil, to writer: inout JSONWriter,
        _ members: (inout JSONWriter) -> Void
    ) {
        writeChoice(index, finishReason, to: &writer) { choice in
            choice.name("delta")
            choice.beginObject()
            members(&choice)
            choice.endObject()
        }
    }

    private func writeChoice(
        _ index: Int, _ finishReason: StaticString?, to writer: inout JSONWriter, _ content: (inout JSONWriter) -> Void
    ) {
        writer.beginObject()
        writer.member("index", index)
        content(&writer)
        writer.name("finish_reason")
        if let finishReason { writer.string(finishReason) } else { writer.null() }
        writer.endObject()
    }
}

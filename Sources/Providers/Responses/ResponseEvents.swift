import JSON

/// Writes the events of a Response's stream, each with its number.
struct ResponseEvents: Sendable {
    private(set) var bytes: [UInt8] = []
    /// Of the next event, from 0.
    private(set) var sequence: Int64 = 0

    /// Returns what was written since the last call.
    mutating func taken() -> [UInt8] {
        defer { bytes.removeAll() }
        return bytes
    }

    /// - Parameter members: writes what follows `type` and `sequence_number`.
    mutating func event(_ type: StaticString, _ members: (inout JSONWriter) -> Void) {
        var data = JSONWriter(capacity: 256)
        data.beginObject()
        data.name("type")
        data.string(type)
        data.member("sequence_number", sequence)
        members(&data)
        data.endObject()
        sequence &+= 1
        bytes.append(contentsOf: "event: ".utf8)
        bytes.append(contentsOf: UnsafeBufferPointer(start: type.utf8Start, count: type.utf8CodeUnitCount))
        bytes.append(contentsOf: "\ndata: ".utf8)
        let start = bytes.count
        bytes.append(contentsOf: data.bytes)
        keepOnOneLine(from: start)
        bytes.append(contentsOf: "\n\n".utf8)
    }

    /// A comment, which keeps the connection alive.
    mutating func comment() { bytes.append(contentsOf: ": keep-alive\n\n".utf8) }

    /// In JSON the ends of lines stand between values only, where a space says the same; in an event they would end its data.
    private mutating func keepOnOneLine(from start: Int) {
        for index in start..<bytes.count where bytes[index] == 0x0A || bytes[index] == 0x0D { bytes[index] = 0x20 }
    }
}

// MARK: Items

extension ResponseEvents {
    mutating func added(_ item: ResponseItem, at index: Int) {
        event("response.output_item.added") {
            $0.member("output_index", index)
            $0.name("item")
            item.write(to: &$0)
        }
    }

    mutating func done(_ item: ResponseItem, at index: Int) {
        event("response.output_item.done") {
            $0.member("output_index", index)
            $0.name("item")
            item.write(to: &$0)
        }
    }

    /// Opens the last part of `item`.
    mutating func addedPart(of item: ResponseItem, at index: Int) {
        guard let part = item.parts.last, part.kind != .arguments else { return }
        event(part.kind == .summary ? "response.reasoning_summary_part.added" : "response.content_part.added") {
            $0.writePlace(item, index, part)
            $0.name("part")
            ResponsePart(kind: part.kind).write(to: &$0)
        }
    }

    /// A piece of the last part of `item`; both are contents of JSON arrays and strings.
    mutating func delta(_ text: ArraySlice<UInt8>, logprobs: ArraySlice<UInt8>, of item: ResponseItem, at index: Int) {
        guard let part = item.parts.last, item.kind != .customCall else { return }
        event(part.kind.deltaType) {
            $0.writePlace(item, index, part)
            $0.name("delta")
            $0.quoted(text)
            if part.kind == .text {
                $0.name("logprobs")
                $0.list(logprobs)
            }
        }
    }

    mutating func annotation(_ annotation: [UInt8], of item: ResponseItem, at index: Int) {
        guard let part = item.parts.last else { return }
        event("response.output_text.annotation.added") {
            $0.writePlace(item, index, part)
            $0.member("annotation_index", part.annotations.count - 1)
            $0.name("annotation")
            $0.raw(annotation)
        }
    }

    /// Closes the last part of `item`.
    mutating func donePart(of item: ResponseItem, at index: Int) {
        guard let part = item.parts.last else { return }
        if item.kind == .customCall { return doneCustomInput(CustomTool.input(of: part.content), of: item, at: index) }
        event(part.kind.doneType) {
            $0.writePlace(item, index, part)
            $0.name(part.kind.member)
            $0.raw(part.quoted)
            if part.kind == .text {
                $0.name("logprobs")
                $0.list(part.logprobs)
            }
        }
        guard part.kind != .arguments else { return }
        event(part.kind == .summary ? "response.reasoning_summary_part.done" : "response.content_part.done") {
            $0.writePlace(item, index, part)
            $0.name("part")
            part.write(to: &$0)
        }
    }

    /// The text of a custom tool's call is known when its arguments are whole.
    private mutating func doneCustomInput(_ input: [UInt8], of item: ResponseItem, at index: Int) {
        event("response.custom_tool_call_input.delta") {
            $0.member("item_id", item.id)
            $0.member("output_index", index)
            $0.name("delta")
            $0.raw(input)
        }
        event("response.custom_tool_call_input.done") {
            $0.member("item_id", item.id)
            $0.member("output_index", index)
            $0.name("input")
            $0.raw(input)
        }
    }
}

extension ResponsePart.Kind {
    fileprivate var deltaType: StaticString {
        switch self {
        case .text: "response.output_text.delta"
        case .refusal: "response.refusal.delta"
        case .summary: "response.reasoning_summary_text.delta"
        case .arguments: "response.function_call_arguments.delta"
        }
    }

    fileprivate var doneType: StaticString {
        switch self {
        case .text: "response.output_text.done"
        case .refusal: "response.refusal.done"
        case .summary: "response.reasoning_summary_text.done"
        case .arguments: "response.function_call_arguments.done"
        }
    }

    /// The member of the closing event that holds the whole.
    fileprivate var member: StaticString {
        switch self {
        case .text, .summary: "text"
        case .refusal: "refusal"
        case .arguments: "arguments"
        }
    }
}

extension JSONWriter {
    /// Which part of which item an event speaks of: the last one of `item`.
    fileprivate mutating func writePlace(_ item: ResponseItem, _ index: Int, _ part: ResponsePart) {
        member("item_id", item.id)
        member("output_index", index)
        switch part.kind {
        case .text, .refusal: member("content_index", item.parts.count - 1)
        case .summary: member("summary_index", item.parts.count - 1)
        case .arguments: break
        }
    }

    /// A string whose content is escaped already.
    fileprivate mutating func quoted(_ content: ArraySlice<UInt8>) {
        raw([UInt8(ascii: "\"")] + content + [UInt8(ascii: "\"")])
    }
}

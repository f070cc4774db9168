import JSON

/// One item of a Response's output, as far as it is written.
struct ResponseItem: Sendable {
    enum Kind: Sendable { case reasoning, message, functionCall, customCall }
    enum Status: String, Sendable {
        case inProgress = "in_progress"
        case completed
        case incomplete
    }

    let kind: Kind
    let id: String
    /// Of a call, a JSON string.
    var callID: [UInt8] = []
    /// What the upstream calls a call, a JSON string; empty when it has no name for it.
    var upstreamID: [UInt8] = []
    /// Of a call's tool, a JSON string.
    var name: [UInt8] = []
    var parts: [ResponsePart] = []
    var status = Status.inProgress

    /// Writes the item; while it is in progress, without what is in it.
    func write(to output: inout JSONWriter) {
        let shown = status == .inProgress ? [] : parts
        output.beginObject()
        output.member("id", id)
        switch kind {
        case .reasoning:
            output.member("type", "reasoning")
            output.name("summary")
            ResponseItem.write(shown, to: &output)
        case .message:
            output.member("type", "message")
            output.member("role", "assistant")
            output.member("status", status.rawValue)
            output.name("content")
            ResponseItem.write(shown, to: &output)
        case .functionCall:
            writeCall("function_call", "arguments", shown.first?.quoted, to: &output)
        case .customCall:
            writeCall("custom_tool_call", "input", shown.first.map { CustomTool.input(of: $0.content) }, to: &output)
        }
        output.endObject()
    }

    private static func write(_ parts: [ResponsePart], to output: inout JSONWriter) {
        output.beginArray()
        for part in parts { part.write(to: &output) }
        output.endArray()
    }

    private func writeCall(_ type: String, _ member: String, _ value: [UInt8]?, to output: inout JSONWriter) {
        output.member("type", type)
        output.member("status", status.rawValue)
        output.name("call_id")
        output.raw(callID)
        output.name("name")
        output.raw(name)
        output.name(member)
        if let value { output.raw(value) } else { output.string("") }
    }
}

/// A part of an item: text, a refusal, a summary of reasoning, or the arguments of a call.
struct ResponsePart: Sendable {
    enum Kind: Sendable { case text, refusal, summary, arguments }

    let kind: Kind
    /// The content of a JSON string, without quotes: what the upstream escaped stays as it is.
    private(set) var content: [UInt8] = []
    /// Half a character, whose other half may come with the next piece.
    private var half: [UInt8] = []
    /// Elements of an array, separated by commas.
    var logprobs: [UInt8] = []
    /// Citations in the form of the Responses API.
    var annotations: [[UInt8]] = []

    /// The content as a JSON string.
    var quoted: [UInt8] { [UInt8(ascii: "\"")] + content + [UInt8(ascii: "\"")] }

    init(kind: Kind) {
        self.kind = kind
    }

    /// Appends `text`, and returns what of it can be told: all but half a character at its end.
    mutating func append(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var told = text
        if !half.isEmpty || text.contains(UInt8(ascii: "\\")) {
            var whole = half + text
            let end = SplitCharacter.mend(&whole) ?? whole.count
            half = Array(whole[end...])
            told = whole[..<end]
        }
        content.append(contentsOf: told)
        return told
    }

    /// Ends the text, and returns what is told in place of half a character.
    mutating func end() -> ArraySlice<UInt8> {
        guard !half.isEmpty else { return [] }
        half = []
        content.append(contentsOf: SplitCharacter.replacement)
        return SplitCharacter.replacement[...]
    }

    func write(to output: inout JSONWriter) {
        output.beginObject()
        switch kind {
        case .text:
            output.member("type", "output_text")
            output.name("text")
            output.raw(quoted)
            output.name("annotations")
            output.beginArray()
            for annotation in annotations { output.raw(annotation) }
            output.endArray()
            output.name("logprobs")
            output.list(logprobs)
        case .refusal:
            output.member("type", "refusal")
            output.name("refusal")
            output.raw(quoted)
        case .summary, .arguments:
            output.member("type", "summary_text")
            output.name("text")
            output.raw(quoted)
        }
        output.endObject()
    }
}

extension JSONWriter {
    /// An array of elements that are JSON already, separated by commas.
    mutating func list(_ elements: some Collection<UInt8>) {
        beginArray()
        if !elements.isEmpty { raw(elements) }
        endArray()
    }
}

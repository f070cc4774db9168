import Inference
import JSON

/// A message's content as a chat completion has it, from the parts of a Responses request.
struct ChatContent {
    private struct Part {
        /// The part as an object.
        var json: [UInt8]
        /// The part's text, a JSON string, when it is nothing more.
        var text: ArraySlice<UInt8>?
        var isPicture = false
    }

    private var parts: [Part] = []

    init() {}

    /// - Parameter text: a JSON string.
    init(_ text: ArraySlice<UInt8>) {
        parts = [ChatContent.text(text)]
    }

    /// Reads a text or a list of parts.
    ///
    /// - Parameter isToolOutput: a tool's output has no parts but text in a chat, and pictures that are taken out of it: see
    ///   ``takePictures(of:)``.
    init(_ item: RequestReader, _ name: StaticString, isToolOutput: Bool) throws(GatewayError) {
        guard let member = item.member(name) else { throw item.wrong(name, "is required: a string or an array") }
        if item.document.kind(member) == .string {
            parts = [ChatContent.text(try item.rawString(name))]
            return
        }
        guard item.document.kind(member) == .array else {
            throw item.wrong(name, "must be a string or an array", member)
        }
        for part in try item.objects(name) ?? [] { parts.append(try ChatContent.part(part, isToolOutput)) }
    }

    var isEmpty: Bool { parts.isEmpty }

    mutating func append(_ other: ChatContent) { parts += other.parts }

    /// Takes the pictures out of a tool's output, and leaves a text that says where they are.
    ///
    /// - Parameter call: the tool's call, a JSON string.
    /// - Returns: the content of a user's message with the pictures; empty when there is none.
    mutating func takePictures(of call: ArraySlice<UInt8>) -> ChatContent {
        var taken = ChatContent()
        let pictures = parts.filter(\.isPicture)
        guard !pictures.isEmpty else { return taken }
        parts.removeAll(where: \.isPicture)
        parts.append(ChatContent.text(ArraySlice(#""[the output has images, which follow behind the results]""#.utf8)))
        let heading = Array(#""Images in the output of the tool call "#.utf8) + call.dropFirst()
        taken.parts = [ChatContent.text(heading[...])] + pictures
        return taken
    }

    /// Writes one value: a single text as a string, which every engine takes, and anything else as a list.
    func write(to output: inout JSONWriter) {
        guard let first = parts.first else { return output.string("") }
        if parts.count == 1, let text = first.text { return output.raw(text) }
        output.beginArray()
        for part in parts { output.raw(part.json) }
        output.endArray()
    }
}

// MARK: Parts

extension ChatContent {
    private static func part(_ part: RequestReader, _ isToolOutput: Bool) throws(GatewayError) -> Part {
        guard let type = try part.string("type") else { throw part.wrong("type", "is required: a string") }
        let isText = ["input_text", "output_text", "text"].contains(type)
        guard isText || type == "input_image" || !isToolOutput else {
            throw part.unsupported("type", "a tool's output that is neither text nor a picture")
        }
        switch type {
        case _ where isText:
            return text(try part.rawString("text"), breakpoint(part))
        case "refusal":
            return Part(json: object("refusal") { $0.copy("refusal", part.raw("refusal")) })
        case "input_image":
            return try image(part)
        case "input_file":
            return try file(part)
        case "input_audio", "image_url", "file":  // the form of both APIs, or the chat's own
            return Part(json: Array(part.document.bytes[part.document.range(part.node)]))
        default:
            throw part.unsupported("type", "a part of type '\(type)'")
        }
    }

    private static func text(_ text: ArraySlice<UInt8>, _ breakpoint: ArraySlice<UInt8>? = nil) -> Part {
        let json = object("text") {
            $0.copy("text", text)
            $0.copy("prompt_cache_breakpoint", breakpoint)
        }
        return Part(json: json, text: breakpoint == nil ? text : nil)
    }

    private static func image(_ part: RequestReader) throws(GatewayError) -> Part {
        guard part.member("file_id") == nil else { throw part.unsupported("file_id", "an image by the id of a file") }
        let url = try part.rawString("image_url")
        return Part(
            json: object("image_url") {
                $0.name("image_url")
                $0.beginObject()
                $0.copy("url", url)
                $0.copy("detail", part.raw("detail"))
                $0.endObject()
                $0.copy("prompt_cache_breakpoint", breakpoint(part))
            }, isPicture: true)
    }

    private static func file(_ part: RequestReader) throws(GatewayError) -> Part {
        guard part.member("file_url") == nil else { throw part.unsupported("file_url", "a file by its address") }
        if let detail = try part.string("detail"), detail != "auto" {
            throw part.unsupported("detail", "how closely a file is looked at")
        }
        return Part(
            json: object("file") {
                $0.name("file")
                $0.beginObject()
                for name in ["file_data", "file_id", "filename"] as [StaticString] { $0.copy(name, part.raw(name)) }
                $0.endObject()
                $0.copy("prompt_cache_breakpoint", breakpoint(part))
            })
    }

    private static func breakpoint(_ part: RequestReader) -> ArraySlice<UInt8>? { part.raw("prompt_cache_breakpoint") }

    private static func object(_ type: String, _ members: (inout JSONWriter) -> Void) -> [UInt8] {
        var output = JSONWriter(capacity: 64)
        output.beginObject()
        output.member("type", type)
        members(&output)
        output.endObject()
        return output.bytes
    }
}

import JSON

/// A piece of a chat completion's message, or of a delta of it.
///
/// Texts are the content of JSON strings, without quotes: they are copied as the upstream escaped them, never decoded. In a
/// stream they may begin or end with half a character.
enum ChatPiece: Sendable {
    case reasoning(ArraySlice<UInt8>)
    /// - Parameter logprobs: elements of an array, separated by commas.
    case text(ArraySlice<UInt8>, logprobs: ArraySlice<UInt8>)
    case refusal(ArraySlice<UInt8>)
    /// A citation in the form of the Responses API.
    case annotation([UInt8])
    case call(ChatCall)
}

/// A tool's call, or a piece of one.
struct ChatCall: Sendable {
    /// Which call of the message; nil from vendors that do not count.
    var index: Int64?
    /// JSON strings; nil where they are absent or empty.
    var id: ArraySlice<UInt8>?
    var name: ArraySlice<UInt8>?
    /// The content of a JSON string, without quotes.
    var arguments: ArraySlice<UInt8> = []

    /// Whether `piece`, of the same index, belongs to this call and not to a new one.
    func isContinued(by piece: ChatCall) -> Bool {
        guard let new = piece.id else { return true }
        return id.map { $0.elementsEqual(new) } ?? (piece.index != nil)
    }
}

extension ChatPiece {
    /// The first choice; further ones are not asked for.
    static func choice(of document: JSONDocument) -> JSONNode? {
        guard let choices = document.member("choices", of: document.root) else { return nil }
        return document.elements(of: choices).first { choice in
            document.member("index", of: choice).flatMap(document.integer) ?? 0 == 0
        }
    }

    /// The pieces of `message` in the order in which they are told; empty texts are none.
    ///
    /// - Parameters:
    ///   - message: the choice's `message` or `delta`.
    ///   - texts: the document's bytes before ``SplitCharacter/mend(_:)``, from which the texts are taken.
    ///   - isWhole: of a whole message: each of its calls is one of its own.
    static func pieces(
        of message: JSONNode, in choice: JSONNode, _ document: JSONDocument, texts: [UInt8], isWhole: Bool
    ) -> [ChatPiece] {
        var pieces: [ChatPiece] = []
        // Some vendors send the same text under both names.
        let names: [StaticString] = ["reasoning_content", "reasoning"]
        for name in names where pieces.isEmpty {
            if let text = document.text(name, of: message, texts) { pieces.append(.reasoning(text)) }
        }
        if let text = document.text("content", of: message, texts) {
            pieces.append(.text(text, logprobs: document.logprobs(of: choice)))
        } else if let content = document.member("content", of: message) {
            for part in document.elements(of: content) { pieces += ChatPiece.pieces(ofPart: part, document, texts) }
        }
        if let citations = document.member("annotations", of: message) {
            pieces += document.elements(of: citations).compactMap { document.citation($0).map { .annotation($0) } }
        }
        if let text = document.text("refusal", of: message, texts) { pieces.append(.refusal(text)) }
        if let calls = document.member("tool_calls", of: message) {
            for (place, node) in document.elements(of: calls).enumerated() {
                var call = document.call(node, texts)
                if isWhole { call.index = Int64(place) }
                pieces.append(.call(call))
            }
        }
        return pieces
    }

    /// A part of a content that is a list, as Mistral's reasoning models write it.
    private static func pieces(
        ofPart part: JSONNode, _ document: JSONDocument, _ texts: [UInt8]
    ) -> [ChatPiece] {
        if let text = document.text("text", of: part, texts) { return [.text(text, logprobs: [])] }
        guard let thinking = document.member("thinking", of: part) else { return [] }
        if let text = document.text("thinking", of: part, texts) { return [.reasoning(text)] }
        return document.elements(of: thinking).compactMap {
            document.text("text", of: $0, texts).map { .reasoning($0) }
        }
    }
}

extension JSONDocument {
    /// The content of a member that is a string and not empty, without its quotes.
    fileprivate func text(_ name: StaticString, of object: JSONNode, _ texts: [UInt8]) -> ArraySlice<UInt8>? {
        place(name, of: object).map { texts[$0].dropFirst().dropLast() }
    }

    /// Where a member stands that is a string and not empty.
    private func place(_ name: StaticString, of object: JSONNode) -> Range<Int>? {
        guard let member = member(name, of: object), kind(member) == .string else { return nil }
        return range(member).count > 2 ? range(member) : nil
    }

    fileprivate func logprobs(of choice: JSONNode) -> ArraySlice<UInt8> {
        guard let logprobs = member("logprobs", of: choice), let content = member("content", of: logprobs),
            kind(content) == .array, count(of: content) > 0
        else { return [] }
        return bytes[range(content)].dropFirst().dropLast()
    }

    /// `{"type":"url_citation","url_citation":{…}}` without the inner object; nil for what is no citation.
    fileprivate func citation(_ node: JSONNode) -> [UInt8]? {
        guard let citation = member("url_citation", of: node), kind(citation) == .object else { return nil }
        var output = JSONWriter()
        output.beginObject()
        output.member("type", "url_citation")
        for name in ["start_index", "end_index", "url", "title"] as [StaticString] {
            if let value = member(name, of: citation) { output.copy(name, bytes[range(value)]) }
        }
        output.endObject()
        return output.bytes
    }

    fileprivate func call(_ node: JSONNode, _ texts: [UInt8]) -> ChatCall {
        var call = ChatCall()
        call.index = member("index", of: node).flatMap(integer)
        call.id = place("id", of: node).map { bytes[$0] }
        guard let function = member("function", of: node) else { return call }
        call.name = place("name", of: function).map { bytes[$0] }
        guard let arguments = member("arguments", of: function) else { return call }
        switch kind(arguments) {
        case .string:
            call.arguments = texts[range(arguments)].dropFirst().dropLast()
        case .object:  // from vendors that do not write them as a text
            var output = JSONWriter()
            output.string(String(decoding: bytes[range(arguments)], as: UTF8.self))
            call.arguments = output.bytes.dropFirst().dropLast()
        default:
            break
        }
        return call
    }
}

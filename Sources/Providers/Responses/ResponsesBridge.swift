package import Inference
package import JSON

/// Serves OpenAI's Responses API from an upstream that speaks chat completions alone.
///
///     request ── chatRequest ──▶ upstream ──▶ whole answer ── response ──────────────▶ client
///                                └───────▶ stream ──────── ResponsesBridgeRelay ──▶ client
///
/// Nothing is stored between requests. What needs an earlier response, or a tool that a vendor runs, is refused by name;
/// nothing that would change the answer is left out in silence.
package enum ResponsesBridge {
    /// Who reads the answer to a translated request.
    package enum Client: Sendable, Hashable {
        /// A client of the Responses API: the answer is translated back.
        case responses
        /// A client of chat completions that writes its body as for the Responses API: the answer stays as it is.
        case chat
    }

    /// Whether the body of a chat completion is written as for the Responses API: `input` in place of `messages`.
    package static func isResponsesBody(_ document: JSONDocument) -> Bool {
        func has(_ name: StaticString) -> Bool {
            document.member(name, of: document.root).map { document.kind($0) != .null } ?? false
        }
        return has("input") && !has("messages")
    }

    /// Returns the body of the chat completion that asks for the same.
    ///
    /// - Parameters:
    ///   - client: who reads the answer.
    ///   - limitMember: the member by which the upstream limits an answer's length.
    ///   - keepsReasoning: whether the reasoning that led to a call is said with it, as `reasoning_content`.
    /// - Throws: 400 `unsupported_parameter` for what a chat completion cannot say, `invalid_value` for a wrong type; `param`
    ///   names the place.
    package static func chatBody(
        _ document: JSONDocument, for client: Client = .responses,
        limitMember: OpenAIRequest.LimitMember = .maxCompletionTokens, keepsReasoning: Bool = false
    ) throws(GatewayError) -> [UInt8] {
        var writer = ChatBodyWriter(
            try RequestReader(document), client, limitMember, keepsReasoning: keepsReasoning)
        return try writer.body()
    }

    /// Returns ``chatBody(_:for:limitMember:keepsReasoning:)``, read as what it is.
    package static func chatRequest(
        _ document: JSONDocument, for client: Client = .responses,
        limitMember: OpenAIRequest.LimitMember = .maxCompletionTokens, keepsReasoning: Bool = false
    ) throws(GatewayError) -> OpenAIRequest {
        let body = try chatBody(document, for: client, limitMember: limitMember, keepsReasoning: keepsReasoning)
        let chat: JSONDocument
        do {
            chat = try JSONDocument(body, limits: .rewritten)
        } catch {  // a chat's tools and parts lie deeper by a level or two
            throw GatewayError(400, "invalid_value", "as a chat completion the body cannot be read: \(error)")
        }
        return try OpenAIRequest(chat, endpoint: .chatCompletions)
    }

    /// Returns the Response that says what a whole chat completion says.
    ///
    /// - Parameters:
    ///   - answer: the upstream's body.
    ///   - reading: what the adapter read of it; usage is told as it is billed.
    ///   - envelope: of the request that is answered.
    /// - Throws: when the answer has no message that could be read.
    package static func response(
        _ answer: [UInt8], _ reading: AnswerReading, in envelope: ResponseEnvelope
    ) throws(UpstreamFailure) -> [UInt8] {
        guard let document = MendedJSON.document(answer) else {
            throw ResponsesBridge.malformed("the answer cannot be read", reading)
        }
        guard let choice = ChatPiece.choice(of: document),
            let message = document.member("message", of: choice), document.kind(message) == .object
        else { throw ResponsesBridge.malformed("the answer has no message", reading) }
        var output = ResponseOutput(envelope, events: nil)
        for piece in ChatPiece.pieces(of: message, in: choice, document, texts: document.bytes, isWhole: true) {
            output.take(piece)
        }
        let reason = reading.finishReason ?? "stop"  // some engines name none, and the message is there
        guard let state = ResponseState(finishReason: reason) else {
            throw ResponsesBridge.malformed(ResponseState.failure(reason), reading)
        }
        output.close(state)
        var body = JSONWriter(capacity: answer.count + envelope.byteCount + 512)
        envelope.write(state, output.items, reading, to: &body)
        return body.bytes
    }

    private static func malformed(_ message: String, _ reading: AnswerReading) -> UpstreamFailure {
        var failure = UpstreamFailure(.malformedAnswer, status: 200, message: message)
        failure.usage = reading.usage
        return failure
    }
}

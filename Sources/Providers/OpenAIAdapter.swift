package import Inference
import JSON

/// Translates between the gateway's vocabulary and an upstream that speaks OpenAI's dialect.
///
/// Bytes in, bytes out: no socket, no clock, no state between requests.
package struct OpenAIAdapter: Sendable {
    package var quirks: OpenAIQuirks

    package init(_ quirks: OpenAIQuirks = OpenAIQuirks()) {
        self.quirks = quirks
    }

    /// Returns `request` in an API that the upstream speaks: itself, or the chat completion that asks for the same.
    ///
    /// - Throws: 400 `unsupported_parameter` for what a chat completion cannot say.
    package func understood(_ request: OpenAIRequest) throws(GatewayError) -> OpenAIRequest {
        guard request.endpoint == .responses, !quirks.responses else { return request }
        return try ResponsesBridge.chatRequest(
            request.document, limitMember: quirks.limitMember, keepsReasoning: quirks.wantsReasoning)
    }

    /// Returns the request for `model`, the vendor's own name: the client's bytes, but for what the gateway owns.
    ///
    /// - Parameters:
    ///   - limit: the output tokens of one choice, when the gateway sets them (a missing limit, or a cap);
    ///   nil leaves the client's.
    ///   - tools: the request's, with the limits that the gateway sets.
    package func encode(
        _ request: OpenAIRequest, model: String, limit: Int64? = nil, tools: HostedTools? = nil
    ) -> EncodedRequest {
        let document = request.document
        var edits = JSONEdits()
        edits.set("model", to: OpenAIAdapter.quoted(model), in: document.root, of: document)
        setLimit(limit, of: request, in: &edits)
        setStreamOptions(of: request, in: &edits)
        renameDevelopers(of: request, in: &edits)
        tools?.write(to: &edits, of: document)
        if request.endpoint.takesPrompts, document.member("prompt", of: document.root) != nil {
            edits.remove("prompt", from: document.root, of: document)
        }
        let accept = request.isStream ? "text/event-stream" : "application/json"
        return EncodedRequest(
            path: request.endpoint.rawValue,
            headers: [("content-type", "application/json"), ("accept", accept)],
            body: edits.applied(to: document))
    }

    /// Returns what passes the stream on that answers `request`.
    ///
    /// - Parameters:
    ///   - holdsUsage: whether the usage that the client asked for goes into the end, for a member `llmgw`.
    ///   - limit: the longest event, in bytes: one can hold a whole answer.
    package func relay(
        _ request: OpenAIRequest, holdsUsage: Bool = false, limit: Int = 32 << 20
    ) -> any StreamRelay {
        guard request.endpoint != .responses else { return ResponsesStreamRelay(usage: quirks.usage, limit: limit) }
        return OpenAIStreamRelay(
            hidesUsage: !request.includesUsage, holdsUsage: holdsUsage, isChat: request.endpoint == .chatCompletions,
            choices: request.choices, limit: limit)
    }

    /// Whether an answer with this `content-type` is a stream; an upstream may answer a stream's request whole.
    package static func isEventStream(contentType: String?) -> Bool {
        guard let type = contentType?.split(separator: ";").first else { return false }
        return type.filter { $0 != " " }.lowercased() == "text/event-stream"
    }

    private func setLimit(_ limit: Int64?, of request: OpenAIRequest, in edits: inout JSONEdits) {
        guard request.endpoint != .embeddings else { return }
        let (document, sent) = (request.document, request.limitMembers)
        let member = limitMember(of: request)
        let isKept = limit == nil && (!quirks.renamesLimit || sent == [member])
        guard !isKept, let value = limit ?? request.outputLimit else { return }
        for other in [OpenAIRequest.LimitMember.maxTokens, .maxCompletionTokens] where other != member {
            if !sent.contains(other) { continue }
            edits.remove(other.name, from: document.root, of: document)
        }
        edits.set(member.name, to: Array(String(value).utf8), in: document.root, of: document)
    }

    /// The member that carries the limit to this upstream.
    private func limitMember(of request: OpenAIRequest) -> OpenAIRequest.LimitMember {
        switch request.endpoint {
        case .responses: .maxOutputTokens
        case .completions: .maxTokens
        case .chatCompletions, .embeddings:
            quirks.renamesLimit ? quirks.limitMember : request.limitMembers.last ?? quirks.limitMember
        }
    }

    private func setStreamOptions(of request: OpenAIRequest, in edits: inout JSONEdits) {
        guard request.isStream, request.endpoint != .responses, !(quirks.streamOptions && request.includesUsage) else {
            return
        }
        let (document, yes) = (request.document, Array("true".utf8))
        let options = document.member("stream_options", of: document.root)
        if !quirks.streamOptions {
            if options != nil { edits.remove("stream_options", from: document.root, of: document) }
        } else if let options, document.kind(options) == .object {
            edits.set("include_usage", to: yes, in: options, of: document)
        } else {
            let asking = Array(#"{"include_usage":true}"#.utf8)
            edits.set("stream_options", to: asking, in: document.root, of: document)
        }
    }

    /// Says `system` in place of `developer` to an upstream that knows no such role.
    private func renameDevelopers(of request: OpenAIRequest, in edits: inout JSONEdits) {
        guard !quirks.developerRole, let conversation = request.conversation else { return }
        let document = request.document
        for message in document.elements(of: conversation) {
            guard let role = document.member("role", of: message), document.equals(role, "developer") else { continue }
            edits.replace(document.range(role), with: Array(#""system""#.utf8))
        }
    }

    private static func quoted(_ text: String) -> [UInt8] {
        var writer = JSONWriter(capacity: text.utf8.count + 2)
        writer.string(text)
        return writer.bytes
    }
}

extension OpenAIRequest.LimitMember {
    var name: StaticString {
        switch self {
        case .maxTokens: "max_tokens"
        case .maxCompletionTokens: "max_completion_tokens"
        case .maxOutputTokens: "max_output_tokens"
        }
    }
}

import HTTPServer
import HTTPTypes
import Inference
import JSON
import Prompts
import Providers

extension RequestHandler {
    /// `GET /v1/prompts`: what the application may call, sorted by name.
    func listPrompts(_ exchange: HTTPExchange, _ caller: Caller) {
        var body = JSONWriter()
        body.beginObject()
        body.member("object", "list")
        body.name("data")
        body.beginArray()
        for entry in caller.generation.prompts.entries where caller.application.mayUse(prompt: entry.name) {
            body.beginObject()
            entry.writeMembers(to: &body)
            body.endObject()
        }
        body.endArray()
        body.endObject()
        respond(exchange, body, caller.generation)
    }

    /// `GET /v1/prompts/{name}`: one version of a prompt with its variables. The name may be a selector, and be
    /// percent-encoded; alone it is what production names, as in calls.
    func showPrompt(_ exchange: HTTPExchange, _ caller: Caller) {
        answered(exchange, caller) { (handler) throws(GatewayError) in
            let path = exchange.head.path.dropFirst(Route.promptPrefix.count)
            let prompt = try handler.resolvePrompt(RequestHandler.promptName(path), caller)
            var body = JSONWriter()
            body.beginObject()
            caller.generation.prompts.entry(of: prompt).writeMembers(to: &body)
            body.name("variables")
            if let schema = prompt.inputSchema { body.value(schema) } else { body.null() }
            body.endObject()
            return body
        }
    }

    /// `POST /v1/prompts/{name}/render`: the messages and parameters that a call would send, without a call.
    func renderPrompt(_ exchange: HTTPExchange, _ caller: Caller) {
        answered(exchange, caller) { (handler) throws(GatewayError) in
            let path = exchange.head.path.dropFirst(Route.promptPrefix.count).dropLast(Route.renderSuffix.count)
            let prompt = try handler.resolvePrompt(RequestHandler.promptName(path), caller)
            let request = try RenderRequest(
                exchange.body.isEmpty ? Array("{}".utf8) : exchange.body,
                maxBody: caller.generation.configuration.limits.maxBody)
            let rendered = try prompt.render(
                variables: request.variables, history: request.history,
                mediaHosts: caller.generation.configuration.prompts.mediaHosts, masksSensitive: request.mask)
            return RequestHandler.body(of: rendered, prompt)
        }
    }

    private static func body(of rendered: RenderedPrompt, _ prompt: ResolvedPrompt) -> JSONWriter {
        var body = JSONWriter(capacity: rendered.messages.count + 512)
        body.beginObject()
        body.member("object", "prompt.render")
        body.member("prompt", prompt.reference.name)
        if let version = prompt.reference.version { body.member("version", version) }
        body.member("digest", "sha256:\(prompt.reference.digest)")
        if let label = prompt.reference.label { body.member("label", label) }
        if let commit = prompt.reference.commit { body.member("commit", commit) }
        if let model = prompt.model { body.member("model", model) }
        body.name("messages")
        body.raw(rendered.messages)
        body.name("parameters")
        body.beginObject()
        for parameter in rendered.parameters {
            body.name(parameter.name)
            body.value(parameter.value)
        }
        body.endObject()
        body.endObject()
        return body
    }

    private static func promptName(_ encoded: some StringProtocol) throws(GatewayError) -> String {
        if let name = PercentEncoding.decode(encoded) { return name }
        throw GatewayError(404, "prompt_not_found", "the path has a broken escape; write %2F for '/', %40 for '@'")
    }

    /// Sends what `make` gives, or its refusal. No row: nothing is billed.
    private func answered(
        _ exchange: HTTPExchange, _ caller: Caller, _ make: (RequestHandler) throws(GatewayError) -> JSONWriter
    ) {
        do throws(GatewayError) {
            respond(exchange, try make(self), caller.generation)
        } catch {
            answer(exchange, error, id: newRequestID(), generation: caller.generation)
        }
    }
}

/// The body of a call of `render`: `{"variables": {…}, "messages": […], "mask": true}`.
private struct RenderRequest {
    var variables: JSONValue?
    var history: PromptHistory
    /// Whether values of sensitive variables are shown as `***`.
    var mask: Bool

    private static let members = ["variables", "messages", "mask"]

    init(_ bytes: [UInt8], maxBody: Int) throws(GatewayError) {
        let document = try RequestHandler.document(bytes, maxBody: maxBody)
        guard document.kind(document.root) == .object else {
            throw GatewayError(400, "invalid_value", "the body is an object with 'variables', 'messages' and 'mask'")
        }
        for member in document.members(of: document.root) {
            let name = document.string(member.name) ?? ""
            guard Self.members.contains(name) else {
                throw GatewayError(
                    400, "invalid_value", "'\(name.prefix(64))' is none of \(Self.members.joined(separator: ", "))",
                    param: String(name.prefix(64)))
            }
        }
        variables = document.member("variables", of: document.root).map { document.value($0) }
        let messages = document.member("messages", of: document.root)
        if let messages { try document.checkMessages(messages) }
        history = try PromptHistory(messages: messages, of: document)
        mask = false
        guard let member = document.member("mask", of: document.root) else { return }
        guard let flag = document.bool(member) else {
            throw GatewayError(400, "invalid_value", "mask must be true or false", param: "mask")
        }
        mask = flag
    }
}

extension PromptLibrary.Entry {
    fileprivate func writeMembers(to body: inout JSONWriter) {
        body.member("id", name)
        body.member("object", "prompt")
        if let version { body.member("version", version) }
        body.member("digest", "sha256:\(digest)")
        if let description { body.member("description", description) }
        if let model { body.member("model", model) }
        body.name("labels")
        body.beginArray()
        for label in labels { body.string(label) }
        body.endArray()
    }
}

import Inference
import JSON
import Prompts
import Providers

extension RequestHandler {
    /// Puts the rendered prompt in the place of the request's messages. Does nothing for a call of a plain model.
    func render(_ call: InferenceCall) throws(GatewayError) {
        guard let selector = call.promptSelector else {
            return try RequestHandler.requireNoPrompt(call)
        }
        guard call.endpoint.takesPrompts else {
            throw GatewayError(
                400, "invalid_value", "prompts are called on /v1/chat/completions and /v1/responses", param: "model")
        }
        let prompt = try resolvePrompt(selector, call.caller)
        try RequestHandler.requireWhole(call.request, of: prompt)
        call.request = try call.request.rendered(
            by: prompt, mediaHosts: call.generation.configuration.prompts.mediaHosts)
        call.identity.prompt = prompt.reference
        call.enforcedPrompt = prompt.enforcesOutput ? prompt : nil
    }

    /// What was streamed cannot be withheld any more.
    private static func requireWhole(_ request: OpenAIRequest, of prompt: ResolvedPrompt) throws(GatewayError) {
        guard prompt.enforcesOutput, request.isStream else { return }
        throw GatewayError(
            400, "prompt_param_locked",
            "prompt '\(prompt.reference.name)' enforces its output, and a stream cannot be checked before it is sent;"
                + " leave out 'stream'", param: "stream")
    }

    private static func requireNoPrompt(_ call: InferenceCall) throws(GatewayError) {
        guard call.request.prompt != nil else { return }
        throw GatewayError(
            400, "invalid_value",
            "'prompt' needs a name: model 'prompt:NAME', or 'prompt.id' beside a model's own name", param: "prompt")
    }
}

extension OpenAIRequest {
    /// Returns this call of a prompt with what `prompt` makes of its variables and conversation.
    ///
    /// - Parameter mediaHosts: the only hosts that addresses of media may name; nil: any public one.
    func rendered(by prompt: ResolvedPrompt, mediaHosts: [String]?) throws(GatewayError) -> OpenAIRequest {
        let rendered = try prompt.render(
            variables: self.prompt?.variables.map { document.value($0) }, history: history(),
            form: endpoint == .responses ? .responses : .chat, mediaHosts: mediaHosts)
        let parameters = try rendered.parameters(besides: memberNames) { name in
            document.member(named: name, of: document.root).map(document.value)
        }
        return try self.rendered(messages: rendered.messages, parameters: parameters)
    }

    private func history() throws(GatewayError) -> PromptHistory {
        guard endpoint == .responses else { return try PromptHistory(messages: conversation, of: document) }
        let instructions = document.member("instructions", of: document.root)
        return try PromptHistory(
            input: conversation, hasInstructions: instructions.map { document.kind($0) != .null } ?? false, of: document
        )
    }
}

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
        let request = call.request
        try RequestHandler.requireWhole(request, of: prompt)
        let rendered = try prompt.render(
            variables: request.prompt?.variables.map { request.document.value($0) },
            history: RequestHandler.history(of: request), form: request.endpoint == .responses ? .responses : .chat,
            mediaHosts: call.generation.configuration.prompts.mediaHosts)
        let document = request.document
        let parameters = try rendered.parameters(besides: request.memberNames) { name in
            document.member(named: name, of: document.root).map(document.value)
        }
        call.request = try request.rendered(messages: rendered.messages, parameters: parameters)
        call.identity.prompt = prompt.reference
        call.enforcedPrompt = prompt.enforcesOutput ? prompt : nil
    }

    private static func history(of request: OpenAIRequest) throws(GatewayError) -> PromptHistory {
        guard request.endpoint == .responses else {
            return try PromptHistory(messages: request.conversation, of: request.document)
        }
        let document = request.document
        let instructions = document.member("instructions", of: document.root)
        return try PromptHistory(
            input: request.conversation, hasInstructions: instructions.map { document.kind($0) != .null } ?? false,
            of: document)
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

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
        guard call.endpoint == .chatCompletions else {
            throw GatewayError(400, "invalid_value", "prompts are called on /v1/chat/completions", param: "model")
        }
        let prompt = try resolvePrompt(selector, call.caller)
        let request = call.request
        let rendered = try prompt.render(
            variables: request.prompt?.variables.map { request.document.value($0) },
            history: PromptHistory(messages: request.messages, of: request.document))
        let parameters = try rendered.parameters(besides: request.memberNames)
        call.request = try request.rendered(messages: rendered.messages, parameters: parameters)
        call.identity.prompt = prompt.reference
        call.isPromptOverridden = prompt.isOverridden
    }

    private static func requireNoPrompt(_ call: InferenceCall) throws(GatewayError) {
        guard call.request.prompt != nil else { return }
        throw GatewayError(
            400, "invalid_value",
            "'prompt' needs a name: model 'prompt:NAME', or 'prompt.id' beside a model's own name", param: "prompt")
    }
}

import CivilTime
import HTTPServer
import Inference
import JSON
import Prompts
import Providers

extension RequestHandler {
    /// Parses the body, and finds the prompt or model that it asks for. The application must be allowed to use it.
    func read(
        _ exchange: HTTPExchange, _ caller: Caller, _ endpoint: OpenAIRequest.Endpoint
    ) throws(GatewayError) -> InferenceCall {
        let idempotency = try RequestHandler.idempotencyKey(exchange, caller, endpoint)
        let request = try RequestHandler.request(
            RequestHandler.document(exchange.body, maxBody: caller.generation.configuration.limits.maxBody), endpoint)
        let selector = try RequestHandler.promptSelector(request.model)
        let model: Model
        if let selector {
            model = try promptModel(selector, caller)
        } else {
            model = try allowedModel(request.model, caller)
        }
        let prompt = selector ?? RequestHandler.promptSelector(request.prompt)
        let now = Clock.utcMilliseconds()
        let call = InferenceCall(
            id: newRequestID(), exchange: exchange, caller: caller, request: request, model: model, startedAt: now,
            day: day(of: now))
        call.promptSelector = prompt
        call.idempotency = idempotency
        identifyUser(of: call)
        return call
    }

    /// Some clients write a chat completion's body as for the Responses API, and read a chat completion's answer.
    static func request(
        _ document: JSONDocument, _ endpoint: OpenAIRequest.Endpoint
    ) throws(GatewayError) -> OpenAIRequest {
        guard endpoint == .chatCompletions, ResponsesBridge.isResponsesBody(document) else {
            return try OpenAIRequest(document, endpoint: endpoint)
        }
        return try ResponsesBridge.chatRequest(document, for: .chat)
    }

    /// - Parameter maxBody: `limits.max_body`.
    static func document(_ body: [UInt8], maxBody: Int) throws(GatewayError) -> JSONDocument {
        let limits = JSONLimits.requests(maxBody: maxBody)
        do throws(JSONError) {
            return try JSONDocument(body, limits: limits)
        } catch {
            let isLong = error.reason.contains("values")
            let remedy = isLong ? "; it is a sixteenth of limits.max_body, which the gateway's operator can raise" : ""
            throw GatewayError(400, "invalid_json", "the body is not JSON that this gateway takes: \(error)\(remedy)")
        }
    }

    /// `prompt:name@selector` without its prefix; nil for a plain model.
    private static func promptSelector(_ model: String) throws(GatewayError) -> String? {
        guard model.hasPrefix("prompt:") else { return nil }
        let selector = String(model.dropFirst(7))
        guard !selector.isEmpty else {
            throw GatewayError(
                400, "invalid_value", "'prompt:' names no prompt; write prompt:NAME or prompt:NAME@LABEL",
                param: "model")
        }
        return selector
    }

    /// What `prompt: {id, version}` names: a prompt that the model in `model` answers, in place of its own.
    private static func promptSelector(_ prompt: PromptCall?) -> String? {
        guard let id = prompt?.id else { return nil }
        return prompt?.version.map { "\(id)@\($0)" } ?? id
    }

    /// The model of the gateway that serves a call of a prompt: what its front matter names.
    func promptModel(_ selector: String, _ caller: Caller) throws(GatewayError) -> Model {
        let prompt = try resolvePrompt(selector, caller)
        guard let model = prompt.model else {
            throw GatewayError(
                400, "invalid_value",
                "prompt '\(prompt.reference.name)' names no model; add 'model:' to its front matter",
                param: "model")
        }
        guard let served = caller.generation.models[model] else { throw prompt.missingModel(model) }
        return served
    }

    /// Finds a prompt that the application may use. Whether one that it may not use exists is not told.
    func resolvePrompt(_ selector: String, _ caller: Caller) throws(GatewayError) -> ResolvedPrompt {
        let name = String(selector.prefix { $0 != "@" })
        guard caller.application.mayUse(prompt: name) else {
            throw GatewayError(
                403, "prompt_not_allowed",
                "application '\(caller.application.name)' may not use prompt '\(name)'; add it to the application's"
                    + " 'prompts'", param: "model")
        }
        return try caller.generation.prompts.resolve(selector)
    }

    /// A model that the client asked for by its own name.
    private func allowedModel(_ name: String, _ caller: Caller) throws(GatewayError) -> Model {
        let model = try model(named: name, caller)
        // One that is opened, and not configured, is the application's by its name.
        guard caller.application.models.contains(name) || caller.generation.models[name] == nil else {
            throw GatewayError(
                403, "model_not_allowed",
                "application '\(caller.application.name)' may not use model '\(name)'; add it to the application's 'models'",
                param: "model")
        }
        return model
    }

    func model(named name: String, _ caller: Caller) throws(GatewayError) -> Model {
        let generation = caller.generation
        if let model = generation.models[name] ?? generation.opened.model(named: name, for: caller.application) {
            return model
        }
        let prompt = String(name.prefix { $0 != "@" })
        let isPrompt = caller.application.mayUse(prompt: prompt) && generation.prompts.names.contains(prompt)
        let hint = isPrompt ? "did you mean the prompt 'prompt:\(name)'? " : ""
        throw GatewayError(
            404, "model_not_found",
            "there is no model '\(name)'; \(hint)GET /v1/models lists what this application may use", param: "model")
    }
}

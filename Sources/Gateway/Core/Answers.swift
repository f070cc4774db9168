import HTTPServer
import HTTPTypes
import Inference
import Ledger
import Providers

extension RequestHandler {
    // MARK: Errors

    /// The envelope of an error, with the headers that belong to it.
    func answer(
        for error: GatewayError, id: RequestID? = nil, generation: Generation? = nil, allow: String? = nil
    ) -> HTTPAnswer {
        var fields = HTTPFields()
        fields.append("content-type", "application/json")
        if let id { appendID(id, to: &fields) }
        if let generation { fields.append("x-llmgw-generation", generation.id) }
        if let seconds = error.retryAfter { fields.append("retry-after", String(seconds)) }
        if let retry = error.shouldRetry { fields.append("x-should-retry", retry ? "true" : "false") }
        if error.status == 401 { fields.append("www-authenticate", "Bearer realm=\"llmgw\"") }
        if let allow { fields.append("allow", allow) }
        return HTTPAnswer(
            status: error.status, fields: fields,
            body: ErrorBody.openAI(error, requestID: id, generation: generation?.id))
    }

    func answer(_ exchange: HTTPExchange, _ error: GatewayError, id: RequestID?, generation: Generation) {
        let answer = answer(for: error, id: id, generation: generation)
        exchange.respond(status: answer.status, fields: answer.fields, body: answer.body)
    }

    /// Ends a request that no target served: one row, and the error.
    func refuse(_ exchange: HTTPExchange, _ caller: Caller, _ call: InferenceCall?, _ error: GatewayError) {
        let error = adjusted(error, caller)
        guard let call else { return refuseUnread(exchange, caller, error) }
        let reached = call.attempts > 0
        var end = end(of: call, reached ? .failed : .refused, status: error.status, error: error.code)
        if error.budget != nil { end.exhausted = call.exhausted }
        gateway.ledger.record(end)
        var answer = answer(for: error, id: call.id, generation: call.generation)
        appendOrigin(call, to: &answer.fields)
        exchange.respond(status: answer.status, fields: answer.fields, body: answer.body)
        gateway.metrics.finished(call, status: error.status)
    }

    /// What an error says of a request that a prompt was rendered for, or a target was asked for: a presumed cost is one.
    private func appendOrigin(_ call: InferenceCall, to fields: inout HTTPFields) {
        appendPrompt(call, to: &fields)
        if call.isCharged { appendCost(call.cost, to: &fields) }
    }

    /// Ends a request that was not understood, or asks for what its application may not use.
    ///
    /// Its row names no model: whoever makes names up must not fill the ledger with them.
    private func refuseUnread(_ exchange: HTTPExchange, _ caller: Caller, _ error: GatewayError) {
        let id = newRequestID()
        let identity = CallIdentity(
            application: caller.application.name, team: caller.application.team, key: caller.key, model: "",
            generation: caller.generation.id, commit: caller.generation.commit)
        var end = RequestEnd(
            request: id, identity: identity, endpoint: exchange.head.path, outcome: .refused, status: error.status,
            stream: false, startedAt: id.milliseconds, durationMs: 0)
        end.errorCode = error.code
        gateway.ledger.record(end)
        answer(exchange, error, id: id, generation: caller.generation)
    }

    /// `errors: {budget_status: 429}` is for clients that know no 402.
    private func adjusted(_ error: GatewayError, _ caller: Caller) -> GatewayError {
        guard error.status == 402 else { return error }
        var error = error
        error.status = caller.generation.configuration.errors.budgetStatus
        return error
    }

    /// Gives the client the upstream's own refusal of its request, byte for byte.
    func relayRefusal(_ call: InferenceCall) throws(GatewayError) {
        guard let failure = call.lastFailure else {
            throw GatewayError(502, "upstream_error", "no target answered", shouldRetry: false)
        }
        guard let refusal = call.lastRefusal else { throw failure.gatewayError }
        gateway.ledger.record(end(of: call, .failed, status: refusal.status, error: failure.code))
        var fields = HTTPFields()
        appendID(call.id, to: &fields)
        fields.append("x-llmgw-generation", call.generation.id)
        fields.append("content-type", refusal.contentType ?? "application/json")
        appendOrigin(call, to: &fields)
        call.exchange.respond(status: refusal.status, fields: fields, body: refusal.body)
        gateway.metrics.finished(call, status: refusal.status)
    }

    // MARK: Answers

    /// What every answer of a target carries: which request, prompt, variant, target and generation it came from.
    func answerFields(_ call: InferenceCall, _ attempt: Attempt) -> HTTPFields {
        var fields = HTTPFields(reserving: 512)
        appendID(call.id, to: &fields)
        fields.append("x-llmgw-model", attempt.target.model)
        fields.append("x-llmgw-provider", attempt.target.provider.name)
        fields.append("x-llmgw-generation", call.generation.id)
        appendPrompt(call, to: &fields)
        if let variant = call.identity.variant {
            fields.append("x-llmgw-experiment", "\(variant.experiment)/\(variant.variant)")
        } else if let forced = call.forcedVariant {
            fields.append("x-llmgw-experiment", "\(forced.experiment)/\(forced.variant); forced")
        }
        if let name = call.degradedFrom { fields.append("x-llmgw-degraded-from", name) }
        if let limit = call.clippedTo { fields.append("x-llmgw-max-tokens-clipped", String(limit)) }
        if let limit = call.imposedLimit { fields.append("x-llmgw-max-tokens", String(limit)) }
        if let limit = call.imposedToolLimit { fields.append("x-llmgw-max-tool-calls", String(limit)) }
        if let standing = call.standing { append(standing, to: &fields) }
        return fields
    }

    private func appendPrompt(_ call: InferenceCall, to fields: inout HTTPFields) {
        guard let prompt = call.identity.prompt else { return }
        fields.append("x-llmgw-prompt", "\(prompt.name)@\(prompt.version ?? "worktree")")
        fields.append("x-llmgw-prompt-digest", "sha256:\(prompt.digest)")
        if let commit = prompt.commit { fields.append("x-llmgw-prompt-commit", commit) }
        if prompt.override != nil { fields.append("x-llmgw-prompt-source", "override") }
    }

    private func append(_ standing: BudgetStanding, to fields: inout HTTPFields) {
        let line = standing.line
        fields.append("x-llmgw-budget", "\(line.account.scope.rawValue)/\(line.window.rawValue) \(line.label)")
        fields.append("x-llmgw-budget-remaining", Money(nano: standing.remaining, line.limit.currency).description)
    }

    func appendCost(_ cost: CallCost, to fields: inout HTTPFields) {
        fields.append("x-llmgw-cost", cost.description)
    }

    func appendID(_ id: RequestID, to fields: inout HTTPFields) {
        let text = id.description
        fields.append("x-request-id", text)
        fields.append("x-llmgw-request-id", text)
    }
}

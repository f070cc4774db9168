import HTTPServer
import Inference
import NetIO
import Providers
import Routing

extension RequestHandler {
    /// Answers one inference: the way of a request, from top to bottom.
    func infer(_ exchange: HTTPExchange, _ caller: Caller, _ endpoint: OpenAIRequest.Endpoint) async {
        var call: InferenceCall?
        do throws(GatewayError) {
            let read = try read(exchange, caller, endpoint)  // the client's dialect, and what it asks for
            call = read
            try await caller.generation.plugins.gate(read.forPlugins)  // cheap refusals
            try await assign(read)  // experiment variant, by sticky hash
            try render(read)  // prompt template and variables, to messages
            try await route(read)  // ordered targets; for each: quote, admit, send, relay, settle
        } catch {
            if let call, await replay(call) { return }
            refuse(exchange, caller, call, error)
        }
    }

    /// Answers the client from the model that it asked for, or from the smaller one that a budget without room names.
    private func route(_ call: InferenceCall) async throws(GatewayError) {
        do throws(GatewayError) {
            try await tryTargets(of: call)
        } catch {
            guard let smaller = call.smallerModel else { throw error }
            let before = call.attempts
            call.degrade(to: smaller)
            do throws(GatewayError) {
                try await tryTargets(of: call)
            } catch let second {
                // Whoever is refused hears of the model that it asked for.
                throw call.attempts == before ? error : second
            }
        }
    }

    /// Tries the model's targets in turn until the client is answered.
    private func tryTargets(of call: InferenceCall) async throws(GatewayError) {
        let retries = call.model.settings.retries
        var plan = RoutePlan(
            targets: call.model.targets.count, attempts: retries.attempts, sameTarget: retries.sameTarget)
        var failure: AttemptFailure?
        while true {
            let step = plan.next(
                after: failure, healthy: { health.admits(call.model.targets[$0], at: reactor.now) },
                jitter: failure == nil ? 1 : .random(in: 0.5...1))
            switch step {
            case .attempt(let index, let pause):
                if pause > .zero { await reactor.sleep(for: pause) }
                let target = call.model.targets[index]
                failure = try await attempt(call, target)
                switch call.verdictOnTarget {
                case nil: health.record(failure, of: target, at: reactor.now)
                case .brokeOff?: health.record(AttemptFailure(.afterFirstByte), of: target, at: reactor.now)
                case .none?: break
                }
                if failure == nil { return }
                if let unrecorded = call.ledgerFailure { throw RequestHandler.unavailable(unrecorded) }
            case .relay:
                return try relayRefusal(call)
            case .giveUp(let error):
                if call.lastRefusal?.isStream == true { return try relayRefusal(call) }
                throw call.refusal(instead: error)
            }
        }
    }
}

extension InferenceCall {
    /// What the client is told when no target is left: the last failure, or why there was no attempt.
    fileprivate func refusal(instead error: GatewayError) -> GatewayError {
        if let lastFailure { return lastFailure.gatewayError }
        if let forbidden { return forbidden }
        if let untranslatable { return untranslatable }
        if let unboundedTools { return unboundedTools }
        if unpricedTargets > 0 {
            let tier = request.serviceTier.map { " for service tier '\($0.prefix(32))'" } ?? ""
            return GatewayError(
                422, "unpriced_model",
                "no target of model '\(model.name)' has a price on \(day)\(tier), and a budget counts this call of application"
                    + " '\(caller.application.name)'; add the price to the price book, or mark the target 'free: true'",
                param: "model")
        }
        if let unusable {
            return GatewayError(503, "provider_unconfigured", unusable, retryAfter: 60, shouldRetry: false)
        }
        return error
    }
}

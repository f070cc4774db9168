import HTTPServer
import HTTPTypes
import Inference
import Ledger
import NetIO
import PluginKit
import Providers
import Routing
import Synchronization

/// One call to a target: what it may cost, and what it came to.
final class Attempt {
    let number: Int
    let target: Target
    let price: Price?
    let quote: Quote
    /// Nanoseconds of the monotonic clock.
    let startedAt: UInt64

    init(number: Int, target: Target, price: Price?, quote: Quote, startedAt: UInt64) {
        self.number = number
        self.target = target
        self.price = price
        self.quote = quote
        self.startedAt = startedAt
    }
}

extension RequestHandler {
    /// Calls `target` and answers the client with what it says. Returns nil when the client was answered, or why not.
    ///
    /// The hold is durable before a byte goes upstream, and is settled exactly once before this returns or throws.
    func attempt(_ call: InferenceCall, _ target: Target) async throws(GatewayError) -> AttemptFailure? {
        if let reason = target.unusable {
            call.unusable = call.unusable ?? reason
            return AttemptFailure(.unusable)
        }
        guard let attempt = quote(call, target) else {
            call.unpricedTargets += 1
            return AttemptFailure(.unusable)
        }
        guard !gateway.isCancelling.load(ordering: .relaxed) else { throw RequestHandler.stopping }
        try await admit(call, attempt)
        // It may have waited long for its hold.
        guard !call.exchange.isClientGone else { return await unsent(call, attempt, "the client left before the call") }
        guard !gateway.isCancelling.load(ordering: .relaxed) else {
            return await unsent(call, attempt, "the gateway stopped before the call")
        }
        let transfer = send(call, target)
        transfers[ObjectIdentifier(transfer)] = transfer
        defer { transfers[ObjectIdentifier(transfer)] = nil }
        return call.request.isStream
            ? await relayStream(call, attempt, transfer) : await relayWhole(call, attempt, transfer)
    }

    /// The most that the attempt can cost. Nil when it has no price and a budget counts the call.
    private func quote(_ call: InferenceCall, _ target: Target) -> Attempt? {
        let price = target.isFree ? nil : target.price(on: call.day)
        let hasBudget = call.generation.hasBudget(for: call.forPlugins)
        if hasBudget, !target.isFree, !isPriced(call, by: price) { return nil }
        let window = call.model.settings.contextWindow ?? price?.contextWindow
        let input = call.request.inputBound.tokens(contextWindow: window) ?? RequestHandler.largestContext
        let output = outputBound(call, price, hasBudget: hasBudget)
        let bound =
            target.isFree
            ? Money.zero(.usd)
            : price.map { price in
                Money(nano: price.upperBound(input: input, output: output) ?? .max, price.currency)
            }
        return Attempt(
            number: call.attempts + 1, target: target, price: price,
            quote: Quote(
                provider: target.provider.name, upstreamModel: target.model, attempt: call.attempts + 1,
                inputTokensMax: input, outputTokensMax: output, bound: bound),
            startedAt: reactor.now)
    }

    /// A tier that the price book does not know would be billed above the bound.
    private func isPriced(_ call: InferenceCall, by price: Price?) -> Bool {
        guard let price else { return false }
        return call.request.serviceTier.map(price.covers(tier:)) ?? true
    }

    /// What is assumed of a model whose context window nobody named, for input that cannot be counted: 2 million tokens.
    private static let largestContext: Int64 = 2_000_000

    /// The most output tokens, and the limit that makes it so.
    ///
    /// Where a budget counts the call, a request without a limit gets the model's, which is sent upstream: a bound that
    /// nobody enforces is none.
    private func outputBound(_ call: InferenceCall, _ price: Price?, hasBudget: Bool) -> Int64 {
        call.imposedLimit = nil
        guard call.endpoint != .embeddings else { return 0 }
        let settings = call.model.settings
        let own = settings.maxOutputTokens ?? price?.maxOutputTokens ?? 4096
        var limit = call.request.outputLimit
        if limit == nil, hasBudget {
            limit = own
            call.imposedLimit = own
        }
        if let asked = limit, settings.caps, asked > own {
            limit = own
            call.imposedLimit = own
        }
        let perChoice = min(limit ?? own, price?.maxOutputTokens ?? .max)
        let (product, overflowed) = perChoice.multipliedReportingOverflow(by: call.request.choices)
        return overflowed ? .max : product
    }

    /// Opens the hold, or throws what the client is told.
    private func admit(_ call: InferenceCall, _ attempt: Attempt) async throws(GatewayError) {
        let admission = try await call.generation.plugins.admit(call.forPlugins, attempt.quote)
        let result = await gateway.ledger.admit(holdRequest(call, attempt, admission))
        try take(result, call, admission)
    }

    // The two sides of the wait are not inlined: what they need would be in the waiting task's frame.

    @inline(never)
    private func holdRequest(
        _ call: InferenceCall, _ attempt: Attempt, _ admission: Admission
    ) -> HoldRequest {
        HoldRequest(
            request: call.id, attempt: attempt.number, identity: call.identity, provider: attempt.quote.provider,
            upstreamModel: attempt.quote.upstreamModel, price: attempt.price, isFree: attempt.target.isFree,
            quote: attempt.quote, lines: admission.lines, at: call.startedAt,
            wait: call.generation.configuration.ledger.admissionWait,
            idempotency: attempt.number == 1 ? call.idempotency : nil)
    }

    @inline(never)
    private func take(
        _ result: AdmitResult, _ call: InferenceCall, _ admission: Admission
    ) throws(GatewayError) {
        switch result {
        case .held(let periods):
            call.attempts += 1
            call.budgetCurrencies = admission.lines.map(\.limit.currency)
            call.noteRemaining(periods)
        case .exhausted(let line, let states):
            throw admission.refusal(call.forPlugins, line: line, states: states, isBusy: false)
        case .busy(let line, let states):
            throw admission.refusal(call.forPlugins, line: line, states: states, isBusy: true)
        case .repeated(let state):
            if case .done(let request, _, _) = state { call.repeatOf = request }
            throw RequestHandler.refusal(of: state)
        case .cancelled:
            throw RequestHandler.unavailable(LedgerError(.closed, "the gateway is stopping"))
        case .unavailable(let error):
            throw RequestHandler.unavailable(error)
        }
    }

    /// Nothing billable is served while the ledger cannot record it.
    static func unavailable(_ error: LedgerError) -> GatewayError {
        GatewayError(
            503, "ledger_unavailable", "the ledger cannot record this call now (\(error.kind.rawValue))", retryAfter: 1)
    }

    /// What is told to a call that would have to begin an attempt while the process ends: none is begun that nobody awaits.
    private static let stopping = GatewayError(503, "overloaded", "the gateway is stopping", retryAfter: 1)

    /// Gives back a hold that is of no use any more: nothing was sent, so nothing is billed.
    private func unsent(_ call: InferenceCall, _ attempt: Attempt, _ why: String) async -> AttemptFailure? {
        await failed(call, attempt, UpstreamFailure(.unreachable, message: why), .notBilled)
    }

    private func send(_ call: InferenceCall, _ target: Target) -> any UpstreamTransfer {
        let upstream = target.adapter.encode(call.request, model: target.model, limit: call.imposedLimit)
        return start(upstream, target)
    }
}

import Crypto
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
    /// What the vendor may do beside writing, with the limits that are sent. Empty for a target that is free.
    let tools: HostedTools
    /// How many answers the vendor writes.
    let choices: Int64
    /// Of the hold as it is: a stream in slices is quoted anew as it grows.
    var quote: Quote
    /// The service tiers beside the standard one that may serve; nil: any.
    let tiers: Set<String>?
    /// The most output tokens of all choices, however far the hold reaches at first.
    let fullOutput: Int64
    /// Nil for a call that is held whole.
    let meter: SliceMeter?
    /// Nanoseconds of the monotonic clock.
    let startedAt: UInt64
    /// Of the body as it was sent; nil until then, and when no byte of the request left.
    var sentDigest: Digest?

    init(
        number: Int, target: Target, price: Price?, tools: HostedTools, choices: Int64, quote: Quote,
        tiers: Set<String>?, fullOutput: Int64, meter: SliceMeter?, startedAt: UInt64
    ) {
        self.number = number
        self.target = target
        self.price = price
        self.tools = tools
        self.choices = choices
        self.quote = quote
        self.tiers = tiers
        self.fullOutput = fullOutput
        self.meter = meter
        self.startedAt = startedAt
    }

    /// The most that is billed by the piece, in nano-units of the price's currency.
    var fees: Int64 { price.map { tools.fees(at: $0, choices: choices) } ?? 0 }

    /// The most that the attempt costs with so many output tokens; nil without a price.
    func bound(output: Int64) -> Money? {
        if target.isFree { return .zero(.usd) }
        return price.map { price in
            let bound = price.upperBound(input: quote.inputTokensMax, output: output, pieces: fees, tiers: tiers)
            return Money(nano: bound ?? .max, price.currency)
        }
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
        do throws(GatewayError) {
            call.sent = try target.adapter.understood(call.request)
        } catch {
            call.untranslatable = call.untranslatable ?? error
            return AttemptFailure(.unusable)
        }
        if let refusal = refusal(of: call, at: target) {
            call.forbidden = call.forbidden ?? refusal
            return AttemptFailure(.unusable)
        }
        guard !gateway.isCancelling.load(ordering: .relaxed) else { throw RequestHandler.stopping }
        guard let attempt = try await admit(call, target) else {
            if call.unboundedTools == nil { call.unpricedTargets += 1 }
            return AttemptFailure(.unusable)
        }
        // It may have waited long for its hold.
        guard !call.exchange.isClientGone else { return await unsent(call, attempt, "the client left before the call") }
        guard !gateway.isCancelling.load(ordering: .relaxed) else {
            return await unsent(call, attempt, "the gateway stopped before the call")
        }
        let transfer = send(call, attempt)
        transfers[ObjectIdentifier(transfer)] = transfer
        defer { transfers[ObjectIdentifier(transfer)] = nil }
        return call.request.isStream
            ? await relayStream(call, attempt, transfer) : await relayWhole(call, attempt, transfer)
    }

    /// The most that the attempt can cost. Nil when nobody knows that and a budget counts the call.
    private func quote(_ call: InferenceCall, _ target: Target) -> Attempt? {
        let price = target.isFree ? nil : target.price(on: call.day)
        let hasBudget = call.generation.hasBudget(for: call.forPlugins)
        if hasBudget, !target.isFree, !isPriced(call, by: price) { return nil }
        guard let tools = tools(call, target, price, hasBudget: hasBudget) else { return nil }
        let choices = max(1, call.sent.choices)
        let window = call.model.settings.contextWindow ?? price?.contextWindow
        // A vendor may search for a model's name alone, of which the request says nothing.
        let counted = tools.bringInput ? .contextWindow : call.sent.inputBound
        let reading = counted.tokens(contextWindow: window) ?? RequestHandler.largestContext
        let readings = tools.readings(choices: choices)
        let input = reading.multipliedClamped(by: readings)
        let output = outputBound(call, price, times: readings, hasBudget: hasBudget)
        let meter = hasBudget ? meter(call, target, output) : nil
        let attempt = Attempt(
            number: call.attempts + 1, target: target, price: price, tools: tools, choices: choices,
            quote: Quote(
                provider: target.provider.name, upstreamModel: target.model, attempt: call.attempts + 1,
                inputTokensMax: input, outputTokensMax: meter?.bound ?? output, bound: nil),
            tiers: ServiceTier.reachable(
                from: call.sent.serviceTier, automatic: target.adapter.quirks.ownTiers),
            fullOutput: output, meter: meter, startedAt: reactor.now)
        attempt.quote.bound = attempt.bound(output: attempt.quote.outputTokensMax)
        return attempt
    }

    /// Slices are for streams of vendors that stop billing when they are left.
    private func meter(_ call: InferenceCall, _ target: Target, _ output: Int64) -> SliceMeter? {
        guard call.sent.isStream, call.endpoint != .responses, let slices = call.model.settings.slices,
            let slack = target.provider.cancelSlack,
            // What was foreseen in vain is billed and not streamed.
            call.sent.document.predictionBound() == 0
        else { return nil }
        let (all, overflowed) = slack.multipliedReportingOverflow(by: max(1, call.sent.choices))
        let meter = SliceMeter(slices, full: output, slack: overflowed ? .max : all)
        return meter.bound < output ? meter : nil
    }

    /// A tier that the price book does not know would be billed above the bound.
    private func isPriced(_ call: InferenceCall, by price: Price?) -> Bool {
        guard let price else { return false }
        return call.sent.serviceTier.map(price.covers(tier:)) ?? true
    }

    /// What is assumed of a model whose context window nobody named, for input that cannot be counted: 2 million tokens.
    static let largestContext: Int64 = 2_000_000

    /// The most output tokens, and the limit that makes it so.
    ///
    /// Where a budget counts the call, a request without a limit gets the model's, which is sent upstream: a bound that
    /// nobody enforces is none.
    ///
    /// - Parameter readings: how often the model begins to write, each time with its own limit before it.
    private func outputBound(
        _ call: InferenceCall, _ price: Price?, times readings: Int64, hasBudget: Bool
    ) -> Int64 {
        call.imposedLimit = nil
        guard call.endpoint != .embeddings else { return 0 }
        let settings = call.model.settings
        let own = settings.maxOutputTokens ?? price?.maxOutputTokens ?? 4096
        var limit = call.sent.outputLimit
        if limit == nil, hasBudget {
            limit = own
            call.imposedLimit = own
        }
        if let asked = limit, settings.caps, asked > own {
            limit = own
            call.imposedLimit = own
        }
        if let clip = call.clippedTo, clip < limit ?? .max {
            limit = clip
            call.imposedLimit = clip
        }
        let most = price?.maxOutputTokens.map { $0.multipliedClamped(by: readings) } ?? .max
        let perChoice = min(limit ?? own, most).addingClamped(call.sent.document.predictionBound())
        return perChoice.multipliedClamped(by: call.sent.choices)
    }

    /// How often a call is shortened further because others took the room meanwhile.
    private static let clipLimit = 3

    /// Opens the hold for the call as it was asked for, or as short as its budgets have room for.
    ///
    /// Returns nil when nobody knows the target's price and a budget counts the call; throws what the client is told.
    private func admit(_ call: InferenceCall, _ target: Target) async throws(GatewayError) -> Attempt? {
        call.clippedTo = nil
        for tries in 0...RequestHandler.clipLimit {
            guard let attempt = quote(call, target) else { return nil }
            let admission = try await call.generation.plugins.admit(call.forPlugins, attempt.quote)
            let result = await gateway.ledger.admit(holdRequest(call, attempt, admission))
            guard let noRoom = try take(result, call, admission) else { return attempt }
            guard tries < RequestHandler.clipLimit, clip(call, attempt, noRoom) else {
                throw refusal(call, attempt, noRoom)
            }
        }
        return nil
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
            wait: call.clippedTo == nil ? call.generation.configuration.ledger.admissionWait : .zero,
            idempotency: attempt.number == 1 ? call.idempotency : nil)
    }

    @inline(never)
    private func take(
        _ result: AdmitResult, _ call: InferenceCall, _ admission: Admission
    ) throws(GatewayError) -> NoRoom? {
        switch result {
        case .held(let periods):
            call.attempts += 1
            call.admission = admission
            call.noteStanding(periods)
            return nil
        case .exhausted(let line, let states):
            return NoRoom(admission: admission, line: line, states: states, isBusy: false)
        case .busy(let line, let states):
            return NoRoom(admission: admission, line: line, states: states, isBusy: true)
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

    private func send(_ call: InferenceCall, _ attempt: Attempt) -> any UpstreamTransfer {
        let upstream = attempt.target.adapter.encode(
            call.sent, model: attempt.target.model, limit: call.imposedLimit, tools: attempt.tools)
        attempt.sentDigest = SHA256.hash(upstream.body)
        return start(upstream, attempt.target)
    }
}

import Crypto
import HTTPServer
import HTTPTypes
import Inference
import Ledger
import NetIO
import PluginKit
import Providers

/// What became of an attempt, before money is made of it.
enum AttemptOutcome {
    /// The vendor reported what it used.
    case reported(Usage, tier: String?, geo: String? = nil)
    /// The vendor was left while it wrote; no more output than this was billed.
    case counted(output: Int64)
    /// A complete refusal, or no byte of the request left: nothing was billed.
    case notBilled
    /// Nobody knows what the vendor bills; the bound is charged.
    case unknown
}

extension RequestHandler {
    /// Books what an attempt came to, and returns what the request has cost so far. When it returns, the row is durable.
    ///
    /// - Parameters:
    ///   - served: what the answer said of itself.
    ///   - closing: how the request ended, when this was its last attempt: one transaction for both.
    @inline(never)
    func settle(
        _ call: InferenceCall, _ attempt: Attempt, _ outcome: AttemptOutcome, status: Int? = nil,
        served: AnswerReading? = nil, error: String? = nil, closing: RequestEnd? = nil
    ) async throws(LedgerError) -> CallCost {
        let settlement = settlement(of: call, attempt, outcome, served)
        var end = AttemptEnd(request: call.id, attempt: attempt.number, settlement: settlement)
        end.upstreamStatus = status
        end.upstreamRequestID = served?.id
        end.servedModel = served?.model
        end.errorCode = error
        end.cut = call.cutBy != nil
        end.sentDigest = attempt.sentDigest
        end.firstByteMs = call.firstByteAt.map { milliseconds(from: attempt.startedAt, to: $0) }
        end.durationMs = milliseconds(from: attempt.startedAt, to: MonotonicClock.nanoseconds)
        let result: SettleResult
        do throws(LedgerError) {
            result = try await gateway.ledger.settle(end, closing: closing)
        } catch {
            // Late, not lost; what a plugin keeps for the attempt must not wait for it.
            await call.generation.plugins.settle(call.forPlugins, attempt.quote, settlement)
            throw error
        }
        call.noteStanding(result.periods)
        if result.violation { violated(call, attempt, settlement) }
        await call.generation.plugins.settle(call.forPlugins, attempt.quote, settlement)
        gateway.metrics.settled(call, attempt, settlement)
        if settlement.basis != .notBilled { call.noteCharge(result.cost) }
        return call.cost
    }

    /// What the attempt came to, with what finance should look at.
    private func settlement(
        of call: InferenceCall, _ attempt: Attempt, _ outcome: AttemptOutcome, _ served: AnswerReading?
    ) -> Settlement {
        let hasLimit = call.imposedLimit != nil || call.sent.outputLimit != nil
        let check = UsageCheck(call.sent.endpoint, outputLimit: hasLimit ? attempt.fullOutput : nil)
        return attempt.settlement(outcome, served, check)
    }

    private func violated(_ call: InferenceCall, _ attempt: Attempt, _ settlement: Settlement) {
        gateway.log.boundViolated(call, attempt, settlement)
        gateway.events.post(
            .boundViolation(
                call.id, provider: attempt.target.provider.name, model: attempt.target.model,
                bound: attempt.quote.bound, cost: settlement.cost))
    }

    /// How the request ended, for its row.
    func end(of call: InferenceCall, _ outcome: Outcome, status: Int, error: String? = nil) -> RequestEnd {
        var end = RequestEnd(
            request: call.id, identity: call.identity, endpoint: "/v1" + call.endpoint.rawValue, outcome: outcome,
            status: status, stream: call.request.isStream, startedAt: call.startedAt,
            durationMs: milliseconds(from: call.exchange.receivedAt, to: MonotonicClock.nanoseconds))
        end.firstByteMs = call.firstByteAt.map { milliseconds(from: call.exchange.receivedAt, to: $0) }
        end.session = call.session
        end.unitHash = call.unitHash
        end.user = call.hashedUser ?? user(of: call).map(hashedUser)
        end.tags = call.tags
        end.errorCode = error
        end.fallback = call.attempts > 1
        end.clippedTo = call.clippedTo
        end.degradedFrom = call.degradedFrom
        end.cutBy = call.cutBy
        end.idempotencyKey = call.idempotency?.key
        end.maxTokens = call.imposedLimit ?? call.request.outputLimit
        end.isLimitImposed = end.maxTokens == nil ? nil : call.imposedLimit != nil
        if call.cutBy != nil { end.exhausted = call.exhausted }
        return end
    }

    private func milliseconds(from start: UInt64, to end: UInt64) -> Int64 {
        end > start ? Int64(clamping: (end - start) / 1_000_000) : 0
    }
}

extension Attempt {
    /// A million dollars, or another currency's units: far above any call, and far enough below an overflow that all
    /// calls of a period can be added up.
    private static let largestCharge: Int64 = 1_000_000_000_000_000

    /// - Parameters:
    ///   - served: what the answer said of itself.
    ///   - check: holds what the vendor reports against what can be.
    fileprivate func settlement(
        _ outcome: AttemptOutcome, _ served: AnswerReading?, _ check: UsageCheck
    ) -> Settlement {
        switch outcome {
        case .notBilled:
            return Settlement(basis: .notBilled, usage: Usage(), cost: nil)
        case .counted(let output):
            return Settlement(
                basis: .counted, usage: Usage(input: quote.inputTokensMax, output: output), cost: bound(output: output))
        case .unknown:
            return presumed(for: served?.implausible ?? [])
        case .reported(let usage, let tier, let geo):
            let (verdict, names) = check.verdict(on: usage, of: served)
            guard verdict != .presumed else { return presumed(for: names) }
            var settlement = Settlement(
                basis: verdict == .counted ? .counted : .reported, usage: usage, cost: nil, tier: tier,
                geo: geo)
            settlement.unpricedClasses =
                names.map { "implausible:\($0)" } + (served?.clampedClasses ?? []).map { "clamped:\($0)" }
            return priced(settlement)
        }
    }

    /// The bound, and why nobody can believe what the vendor reports. Such a row has no tokens: none are known.
    private func presumed(for implausible: [String]) -> Settlement {
        Settlement(
            basis: .presumed, usage: Usage(), cost: quote.bound,
            unpricedClasses: implausible.map { "implausible:\($0)" })
    }

    /// The vendor's own account of the cost is the charge, unless the price book makes it a hundred times as much: then the
    /// figure is in some other unit.
    private func holdAgainstBook(_ settlement: inout Settlement, _ price: Price) {
        guard price.currency == .usd, let own = settlement.usage.extras?[Usage.vendorCost] else { return }
        var tokens = settlement.usage
        tokens.extras?[Usage.vendorCost] = nil
        guard let book = price.charge(for: tokens, tier: settlement.tier, geo: settlement.geo)?.nano, book > 0 else {
            return
        }
        let isLow = own.multipliedClamped(by: 100) < book
        guard isLow || book.multipliedClamped(by: 100) < own else { return }
        settlement.unpricedClasses.append("implausible:cost")
        if isLow { settlement.usage = tokens }
    }

    private func priced(_ reported: Settlement) -> Settlement {
        var settlement = reported
        if target.isFree { settlement.cost = .zero(.usd) }
        guard !target.isFree, let price else { return settlement }
        if !tools.isEmpty { addUncounted(to: &settlement, price) }
        holdAgainstBook(&settlement, price)
        guard let charge = price.charge(for: settlement.usage, tier: settlement.tier, geo: settlement.geo),
            charge.nano <= Attempt.largestCharge
        else {
            // A figure beyond all bounds is a fault; what was held is the most that anybody can stand for.
            return presumed(for: ["cost"])
        }
        settlement.cost = Money(nano: charge.nano, price.currency)
        settlement.unpricedClasses += charge.unpricedClasses
        return settlement
    }

    /// Bills pieces that the vendor does not count at their most, and names them: silence is not zero.
    private func addUncounted(to settlement: inout Settlement, _ price: Price) {
        tools.attributeSearches(in: &settlement.usage, at: price, choices: choices)
        let uncounted = tools.uncounted(beside: settlement.usage, at: price, choices: choices)
        for (piece, count) in uncounted.sorted(by: { $0.key < $1.key }) {
            settlement.usage.extras = settlement.usage.extras ?? [:]
            settlement.usage.extras?[piece] = count
            // That there was a request is known.
            if piece != HostedTools.requestPiece { settlement.unpricedClasses.append("assumed:\(piece)") }
        }
        settlement.unpricedClasses += tools.unknown.map { "unknown:\($0)" }
    }
}

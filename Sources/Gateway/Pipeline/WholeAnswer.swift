import CivilTime
import Crypto
import HTTPServer
import HTTPTypes
import Inference
import Ledger
import NetIO
import Providers
import Routing

extension RequestHandler {
    /// Reads a whole answer, settles it, and only then gives it to the client. Returns nil when the client was answered.
    func relayWhole(
        _ call: InferenceCall, _ attempt: Attempt, _ transfer: any UpstreamTransfer
    ) async -> AttemptFailure? {
        let watch = DisconnectWatch(call.exchange, attempt.target.provider, transfer, self)
        defer { watch.end() }
        do throws(TransferFailure) {
            let head = try await transfer.head()
            call.firstByteAt = reactor.now
            guard head.status < 400 else { return await refused(call, attempt, head, transfer) }
            let body = try await transfer.whole(limit: call.generation.configuration.limits.maxAnswer)
            return await answerWhole(call, attempt, head, body)
        } catch {
            return await broke(call, attempt, transfer, error)
        }
    }

    @inline(never)
    private func answerWhole(
        _ call: InferenceCall, _ attempt: Attempt, _ head: HTTPResponseHead, _ received: [UInt8]
    ) async -> AttemptFailure? {
        let reading: AnswerReading
        let body: [UInt8]
        do throws(UpstreamFailure) {
            (reading, body) = try unwrap(call, attempt, head, received)
        } catch {
            // What the vendor says it used is billed, whatever else is wrong with the answer.
            return await failed(
                call, attempt, error, error.usage.map { .reported($0, tier: error.tier) } ?? .unknown,
                status: head.status)
        }
        let isGone = call.exchange.isClientGone
        // What the prompt does not take is billed all the same: the vendor has made it.
        let refusal = call.refusal(of: body)
        let closing = end(
            of: call, isGone ? .cancelled : refusal == nil ? .completed : .failed,
            status: refusal?.status ?? head.status, error: refusal?.code)
        do throws(LedgerError) {
            let outcome =
                reading.usage.map { AttemptOutcome.reported($0, tier: reading.tier, geo: reading.geo) } ?? .unknown
            let cost = try await settle(
                call, attempt, outcome, status: head.status, served: reading, closing: closing)
            if let refusal {
                withhold(call, attempt, refusal, cost)
            } else {
                var fields = answerFields(call, attempt)
                appendCost(cost, to: &fields)
                let whole = call.wantsBodyMember ? GatewayMember.added(fields.gatewayMember, to: body) : body
                let type = RequestHandler.contentType(head)
                fields.append("content-type", type)
                keep(call, status: head.status, contentType: type, fields: fields, body: whole)
                call.exchange.respond(status: head.status, fields: fields, body: whole)
            }
        } catch {
            // The vendor has billed and the hold stays; an answer without a row must not be read to its end.
            answer(call.exchange, RequestHandler.unavailable(error), id: call.id, generation: call.generation)
        }
        gateway.metrics.finished(call, status: refusal?.status ?? head.status)
        return nil
    }

    /// Takes a complete answer with a status of 400 or above.
    @inline(never)
    func refused(
        _ call: InferenceCall, _ attempt: Attempt, _ head: HTTPResponseHead, _ transfer: any UpstreamTransfer
    ) async -> AttemptFailure? {
        let body: [UInt8]
        do throws(TransferFailure) {
            body = try await transfer.whole(limit: 1 << 20)
        } catch {
            return await broke(call, attempt, transfer, error)
        }
        let failure = UpstreamFailure(
            status: head.status, header: head.fields.value(named:), body: body, now: Clock.utcMilliseconds() / 1000)
        let outcome = failure.usage.map { AttemptOutcome.reported($0, tier: nil) } ?? .notBilled
        let next = await failed(call, attempt, failure, outcome, status: head.status)
        if failure.passesBody, !attempt.target.repeatsCredential(body) {
            call.lastRefusal = (head.status, head.fields["content-type"], body)
        }
        return next
    }

    /// Takes a transfer that broke before the client had anything of its answer.
    @inline(never)
    func broke(
        _ call: InferenceCall, _ attempt: Attempt, _ transfer: any UpstreamTransfer, _ failure: TransferFailure
    ) async -> AttemptFailure? {
        let kind: UpstreamFailure.Kind =
            switch failure {
            case .connect, .unprocessed, .timeout(phase: .connect): .unreachable
            case .timeout: .timeout
            case .reset, .cancelled: .connectionLost
            case .malformed: .malformedAnswer
            case .tooLarge: .tooLarge
            }
        let outcome: AttemptOutcome = transfer.requestWasWritten ? .unknown : .notBilled
        if !transfer.requestWasWritten { attempt.sentDigest = nil }
        let next = await failed(call, attempt, UpstreamFailure(kind, message: "\(failure)"), outcome)
        return next != nil && failure == .unprocessed ? AttemptFailure(.unprocessed) : next
    }

    /// Books an attempt that gave no answer, and says why it gave none. A client that has left ends the request here.
    @inline(never)
    func failed(
        _ call: InferenceCall, _ attempt: Attempt, _ failure: UpstreamFailure, _ outcome: AttemptOutcome,
        status: Int? = nil
    ) async -> AttemptFailure? {
        let failure = attempt.target.withholding(failure)
        gateway.log.upstreamFailed(call, attempt, failure)
        call.lastFailure = failure
        call.lastRefusal = nil
        let isGone = call.exchange.isClientGone
        let closing = isGone ? end(of: call, .cancelled, status: RequestHandler.clientGone) : nil
        do throws(LedgerError) {
            _ = try await settle(
                call, attempt, outcome, status: status, error: failure.kind.rawValue, closing: closing)
        } catch {
            // The hold stays open in the file, and is presumed when the ledger is opened next.
            gateway.log.ledgerFailed(call, error)
            call.ledgerFailure = error
        }
        guard !isGone else {
            call.verdictOnTarget = TargetVerdict.none
            call.exchange.abort()
            gateway.metrics.finished(call, status: RequestHandler.clientGone)
            return nil
        }
        return AttemptFailure(failure)
    }

    /// The status in the row of a request whose client left before there was one; nginx's number for it.
    static let clientGone = 499
}

extension AttemptFailure {
    /// What `failure` means for the choice of the next target.
    init(_ failure: UpstreamFailure) {
        let kind: Kind =
            switch failure.kind {
            case .unreachable: .connect
            case .timeout: .timeout
            case .connectionLost, .malformedAnswer, .tooLarge: .reset
            default: failure.status.map(Kind.status) ?? .reset
            }
        let hint: Hint? =
            switch failure.kind {
            case .quota: .quota
            case .contextLength: .contextLength
            case .unknownModel: .unsupported
            default: nil
            }
        self.init(kind, hint: hint, retryAfter: failure.retryAfterMilliseconds.map { .milliseconds($0) })
    }
}

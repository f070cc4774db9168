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
        var status: Int?
        var room = AnswerRoom(gateway, call.generation.configuration.limits)
        defer { room.giveBack() }
        do throws(TransferFailure) {
            let head = try await transfer.head()
            call.firstByteAt = reactor.now
            guard head.status < 400 else { return await refused(call, attempt, head, transfer) }
            status = head.status
            let body = try await room.read(transfer)
            return await answerWhole(call, attempt, head, body)
        } catch {
            if room.isMissing { return await foundNoRoom(call, attempt, status) }
            return await broke(call, attempt, transfer, error, status: status)
        }
    }

    /// Gives up an answer for which there is no room beside those of all other calls. The vendor bills it.
    @inline(never)
    private func foundNoRoom(_ call: InferenceCall, _ attempt: Attempt, _ status: Int?) async -> AttemptFailure? {
        let failure = UpstreamFailure(.noRoom, status: status, message: "limits.max_buffered is reached")
        call.verdictOnTarget = TargetVerdict.none
        return await failed(call, attempt, failure, .unknown, status: status)
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
            let next = await failed(call, attempt, error, RequestHandler.outcome(of: error), status: head.status)
            if error.passesBody, !attempt.target.repeatsCredential(received) {
                call.lastRefusal = Refusal(
                    status: error.clientStatus, contentType: head.fields["content-type"], body: received)
            }
            return next
        }
        let isGone = call.exchange.isClientGone
        // What the prompt does not take is billed all the same: the vendor has made it.
        let refusal = call.refusal(of: body)
        let closing = end(
            of: call, isGone ? .cancelled : refusal == nil ? .completed : .failed,
            status: refusal?.status ?? head.status, error: refusal?.code)
        do throws(LedgerError) {
            let outcome =
                reading.usage.map { AttemptOutcome.reported($0, tier: reading.tier, geo: reading.geo) }
                ?? (reading.isVoid ? .notBilled : .unknown)
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
        } catch .tooLarge, .malformed {
            body = []  // the refusal was said by the status; what is wrong with its words makes no bill of it
        } catch {
            return await broke(call, attempt, transfer, error)
        }
        let failure = UpstreamFailure(
            status: head.status, header: head.fields.value(named:), body: body, now: Clock.utcMilliseconds() / 1000)
        let next = await failed(call, attempt, failure, RequestHandler.outcome(of: failure), status: head.status)
        if failure.passesBody, !body.isEmpty, !attempt.target.repeatsCredential(body) {
            call.lastRefusal = Refusal(
                status: head.status, contentType: head.fields["content-type"], body: body)
        }
        return next
    }

    /// What an attempt came to that ended with `failure`, which was read to its end.
    static func outcome(of failure: UpstreamFailure) -> AttemptOutcome {
        if let usage = failure.usage { return .reported(usage, tier: failure.tier) }
        return failure.isNotBilled ? .notBilled : .unknown
    }

    /// Takes a transfer that broke before the client had anything of its answer.
    ///
    /// - Parameter status: of the answer's head, if that was there.
    @inline(never)
    func broke(
        _ call: InferenceCall, _ attempt: Attempt, _ transfer: any UpstreamTransfer, _ failure: TransferFailure,
        status: Int? = nil
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
        let next = await failed(
            call, attempt, UpstreamFailure(kind, status: status, message: "\(failure)"), outcome, status: status)
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
        let isAnswered = failure.status.map { (200..<300).contains($0) } ?? false
        let (kind, hint): (Kind, Hint?) =
            switch failure.kind {
            case .unreachable: (.connect, nil)
            case .timeout: (.timeout, nil)
            case .noRoom: (.unreadable, nil)
            case .malformedAnswer, .tooLarge: (isAnswered ? .unreadable : .reset, nil)
            case .connectionLost: (.reset, nil)
            case .rateLimited: (.status(429), nil)
            case .quota: (.status(429), .quota)
            case .authentication: (.status(401), nil)
            case .contextLength: (.status(400), .contextLength)
            case .unknownModel, .notPermitted: (.status(404), .unsupported)
            case .contentFilter, .invalidRequest: (.status(400), nil)
            case .unavailable: (.status(AttemptFailure.status(ofUnavailable: failure)), nil)
            }
        self.init(kind, hint: hint, retryAfter: failure.retryAfterMilliseconds.map { .milliseconds($0) })
    }

    /// Vendors say with some statuses below 500 that it is they who fail.
    private static func status(ofUnavailable failure: UpstreamFailure) -> Int {
        guard let status = failure.status, status >= 400 else { return failure.meantStatus.map { max($0, 500) } ?? 503 }
        return status >= 500 || [408, 409, 424, 425].contains(status) ? status : 503
    }
}

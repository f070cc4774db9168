import CivilTime
import HTTPServer
import HTTPTypes
import Inference
import Ledger
import NetIO
import Providers
import Routing

extension RequestHandler {
    /// Relays a stream event by event. Returns nil when the client was answered.
    ///
    ///     head ─▶ first events ─▶ first words ─▶ … ─▶ [DONE] held back ─▶ settled, durable ─▶ cost, [DONE]
    ///      │           │ held back    │                    └ upstream broke: error event, no [DONE], truncated
    ///      └───────────┴ failure before the client had a byte: the next target
    ///
    /// What ends a stream is never inlined: every open stream would have memory for it all along.
    func relayStream(
        _ call: InferenceCall, _ attempt: Attempt, _ transfer: any UpstreamTransfer
    ) async -> AttemptFailure? {
        let watch = DisconnectWatch(call.exchange, attempt.target.provider, transfer, self)
        defer { watch.end() }
        let stream = StreamState(
            call.relay(through: attempt.target.adapter),
            keeps: keepsAnswer(call) ? call.generation.configuration.content.maxAnswer : 0)
        do throws(TransferFailure) {
            let head = try await transfer.head()
            guard head.status < 400 else {
                call.firstByteAt = reactor.now
                return await refused(call, attempt, head, transfer)
            }
            stream.status = head.status
            switch try await events(call, attempt, head, transfer) {
            case .success(let events): try await pump(call, attempt, events, watch, stream)
            case .failure(let failure): return await noStream(call, attempt, head, failure)
            }
        } catch {
            stream.cutShort(error)
            if !stream.hasBegun { return await broke(call, attempt, transfer, error, status: stream.status) }
        }
        if stream.isBroken { return await brokeInStream(call, attempt, stream) }
        if stream.isCut { return await finishCut(call, attempt, stream) }
        return await finishStream(call, attempt, stream)
    }

    /// Takes an answer that is no stream, and cannot be told as one: an error with status 200, or a page of some proxy.
    @inline(never)
    private func noStream(
        _ call: InferenceCall, _ attempt: Attempt, _ head: HTTPResponseHead, _ failure: UpstreamFailure
    ) async -> AttemptFailure? {
        await failed(call, attempt, failure, RequestHandler.outcome(of: failure), status: head.status)
    }

    /// Moves bytes until the stream is whole or broken.
    private func pump(
        _ call: InferenceCall, _ attempt: Attempt, _ transfer: any UpstreamTransfer, _ watch: DisconnectWatch,
        _ stream: StreamState
    ) async throws(TransferFailure) {
        var output: [UInt8] = []
        defer { stream.stopHolding(reactor) }
        while !stream.relay.isTerminated, !stream.isBroken, !stream.isCut {
            let bytes = try await transfer.next()
            if call.firstByteAt == nil { call.firstByteAt = reactor.now }
            output.removeAll(keepingCapacity: true)
            stream.take(bytes, into: &output)
            watch.received(bytes?.count ?? 0)
            guard !output.isEmpty else { continue }
            stream.keep(output)
            if !stream.hasBegun {
                guard !holdsBack(call, attempt, stream, output) else { continue }
                begin(call, attempt, stream)
            }
            call.exchange.write(output)
            // Before the wait for a slow client: the vendor does not wait for it.
            if stream.goesOn(beyond: attempt.meter?.written) {
                stream.isCut = await !covers(call, attempt, written: stream.relay.reading.outputBytes)
            }
            await call.exchange.drained()
        }
        if stream.isCut { transfer.cancel() }
        // Whatever may follow [DONE] is of no use; the connection is the client library's to keep or close.
        if stream.isBroken { transfer.cancel() }
    }

    /// Keeps what a vendor says before its model says anything from the client: until then the next target may answer. Returns
    /// false when the wait is over.
    @inline(never)
    private func holdsBack(
        _ call: InferenceCall, _ attempt: Attempt, _ stream: StreamState, _ output: [UInt8]
    ) -> Bool {
        let time = call.generation.configuration.limits.holdBeginning
        guard time > .zero, !stream.relay.hasSaid, stream.held.count + output.count <= StreamState.mostHeld else {
            return false
        }
        stream.held += output
        if stream.holdTimer == nil {
            stream.holdTimer = reactor.schedule(after: time) { [self] in begin(call, attempt, stream) }
        }
        return true
    }

    @inline(never)
    private func begin(_ call: InferenceCall, _ attempt: Attempt, _ stream: StreamState) {
        stream.hasBegun = true
        stream.stopHolding(reactor)
        var fields = answerFields(call, attempt)
        fields.append("content-type", "text/event-stream; charset=utf-8")
        fields.append("cache-control", "no-cache")
        if stream.keeps > 0 { stream.fields = fields }
        call.exchange.begin(status: 200, fields: fields)
        if !stream.held.isEmpty { call.exchange.write(stream.held) }
        stream.held = []
    }

    /// Settles a stream that is whole; its terminator goes out only when that is durable.
    @inline(never)
    private func finishStream(
        _ call: InferenceCall, _ attempt: Attempt, _ stream: StreamState
    ) async -> AttemptFailure? {
        let reading = stream.relay.reading
        let isGone = call.exchange.isClientGone
        if let failure = stream.relay.failure { return await finishFailed(call, attempt, stream, failure) }
        let outcome = outcome(of: attempt, reading)
        let closing = end(of: call, isGone ? .cancelled : .completed, status: 200)
        do throws(LedgerError) {
            let cost = try await settle(call, attempt, outcome, status: 200, served: reading, closing: closing)
            if !stream.hasBegun { begin(call, attempt, stream) }
            let ending = ending(call, attempt, stream, cost)
            if let kept = stream.kept {
                keep(
                    call, status: 200, contentType: "text/event-stream; charset=utf-8", fields: stream.fields,
                    body: kept + ending)
            }
            call.exchange.finish(ending)
        } catch {
            cut(call, stream, RequestHandler.unavailable(error))
        }
        gateway.metrics.finished(call, status: 200)
        return nil
    }

    /// Settles a stream that the vendor ended with an event that says why there is no answer. It is the client's to read, unless
    /// another target may still answer.
    @inline(never)
    private func finishFailed(
        _ call: InferenceCall, _ attempt: Attempt, _ stream: StreamState, _ failure: UpstreamFailure
    ) async -> AttemptFailure? {
        let outcome = RequestHandler.outcome(of: failure)
        let shown = attempt.target.withholding(failure)
        let isWithheld = attempt.target.repeatsCredential(stream.relay.terminator)
        guard stream.hasBegun else {
            let next = await failed(call, attempt, failure, outcome, status: stream.status)
            if !isWithheld, call.ledgerFailure == nil {
                call.lastRefusal = Refusal(
                    status: 200, contentType: "text/event-stream; charset=utf-8",
                    body: stream.held + ending(call, attempt, stream, call.cost), isStream: true)
            }
            return next
        }
        gateway.log.upstreamFailed(call, attempt, shown)
        let isGone = call.exchange.isClientGone
        call.verdictOnTarget = isGone || failure.isTheClients ? TargetVerdict.none : .brokeOff
        do throws(LedgerError) {
            let cost = try await settle(
                call, attempt, outcome, status: stream.status, served: stream.relay.reading,
                error: failure.kind.rawValue,
                closing: end(of: call, isGone ? .cancelled : .truncated, status: 200, error: failure.kind.rawValue))
            if isWithheld {
                cut(call, stream, shown.gatewayError)
            } else {
                call.exchange.finish(ending(call, attempt, stream, cost))
            }
        } catch {
            cut(call, stream, RequestHandler.unavailable(error))
        }
        gateway.metrics.finished(call, status: 200)
        return nil
    }

    /// The end of a stream that is whole or was cut: what the headers of a whole answer would say, its cost among it, as far
    /// as the client wants it, and the terminator.
    private func ending(
        _ call: InferenceCall, _ attempt: Attempt, _ stream: StreamState, _ cost: CallCost
    ) -> [UInt8] {
        var member: [UInt8]?
        if call.wantsBodyMember {
            var fields = answerFields(call, attempt)
            appendCost(cost, to: &fields)
            member = fields.gatewayMember
        }
        // Of a request that nothing was billed for there is no cost to name.
        let comment = call.wantsComments && call.isCharged ? CostComment.event(cost, cutBy: call.cutBy) : []
        return stream.relay.ending(member: member, comment: comment, at: Clock.utcMilliseconds() / 1000)
    }

    /// What a whole stream came to. Without usage it is presumed at its hold; one that is held in slices may have written more
    /// than that.
    private func outcome(of attempt: Attempt, _ reading: AnswerReading) -> AttemptOutcome {
        if let usage = reading.usage { return .reported(usage, tier: reading.tier, geo: reading.geo) }
        if reading.isVoid, reading.textBytes == 0 { return .notBilled }
        guard let meter = attempt.meter, reading.outputBytes > meter.bound else { return .unknown }
        return .counted(output: min(meter.full, reading.outputBytes))
    }

    /// Ends a stream whose budget has no more room: for the client its answer has reached the limit of its length.
    @inline(never)
    private func finishCut(
        _ call: InferenceCall, _ attempt: Attempt, _ stream: StreamState
    ) async -> AttemptFailure? {
        call.cutBy = "budget"
        let outcome: Outcome = call.exchange.isClientGone ? .cancelled : .completed
        do throws(LedgerError) {
            let cost = try await settle(
                call, attempt, .counted(output: attempt.meter?.counted ?? attempt.quote.outputTokensMax), status: 200,
                served: stream.relay.reading, closing: end(of: call, outcome, status: 200))
            var ending = CutEvent.bytes(
                stream.relay.reading, choices: call.request.choices, isChat: call.endpoint == .chatCompletions,
                at: Clock.utcMilliseconds() / 1000)
            ending += self.ending(call, attempt, stream, cost)
            ending += Array("data: [DONE]\n\n".utf8)
            call.exchange.finish(ending)
        } catch {
            cut(call, stream, RequestHandler.unavailable(error))
        }
        gateway.metrics.finished(call, status: 200)
        return nil
    }

    /// Settles a stream that broke. Before the client had a byte of it, the next target may be asked.
    @inline(never)
    private func brokeInStream(
        _ call: InferenceCall, _ attempt: Attempt, _ stream: StreamState
    ) async -> AttemptFailure? {
        guard var failure = stream.failure else { return nil }
        let outcome = outcome(ofBroken: stream, failure)
        failure.upstream = failure.upstream.map(attempt.target.withholding)
        let kind: UpstreamFailure.Kind =
            switch failure.kind {
            case .cutShort: .connectionLost
            case .upstreamError: .unavailable
            case .malformed, .eventTooLong: .malformedAnswer
            }
        let upstream = failure.upstream ?? UpstreamFailure(kind, status: stream.status, message: failure.reason)
        guard stream.hasBegun else { return await failed(call, attempt, upstream, outcome, status: stream.status) }
        gateway.log.upstreamFailed(call, attempt, upstream)
        let isGone = call.exchange.isClientGone
        call.verdictOnTarget = isGone || upstream.isTheClients ? TargetVerdict.none : .brokeOff
        do throws(LedgerError) {
            _ = try await settle(
                call, attempt, outcome, status: stream.status, served: stream.relay.reading,
                error: failure.kind.rawValue,
                closing: end(of: call, isGone ? .cancelled : .truncated, status: 200, error: failure.kind.rawValue))
            cut(call, stream, failure.gatewayError)
        } catch {
            cut(call, stream, RequestHandler.unavailable(error))
        }
        gateway.metrics.finished(call, status: 200)
        return nil
    }

    /// What a broken stream came to: what the vendor reports, if the answer was written or an error says that it ended there;
    /// nothing, for an error that comes before all work; else nobody knows.
    private func outcome(ofBroken stream: StreamState, _ failure: StreamFailure) -> AttemptOutcome {
        let reading = stream.relay.reading
        if let upstream = failure.upstream {
            guard upstream.usage == nil, reading.textBytes > 0 else { return RequestHandler.outcome(of: upstream) }
            return .unknown
        }
        guard stream.relay.isFinished, let usage = reading.usageOfAll else { return .unknown }
        return .reported(usage, tier: reading.tier, geo: reading.geo)
    }

    /// Ends a stream so that nobody takes it for whole: an error event, and no terminator.
    private func cut(_ call: InferenceCall, _ stream: StreamState, _ error: GatewayError) {
        guard stream.hasBegun else {
            return answer(call.exchange, error, id: call.id, generation: call.generation)
        }
        call.exchange.finish(
            stream.relay.errorEvent(error, requestID: call.id, generation: call.generation.id))
    }
}

/// Where a stream stands. An object, so that it lies outside of the tasks' frames.
private final class StreamState {
    var relay: any StreamRelay
    /// Of the answer's head.
    var status: Int?
    /// The client has the head.
    var hasBegun = false
    /// What came before the model said anything, as long as the client has not even the head.
    var held: [UInt8] = []
    /// Ends the holding back.
    var holdTimer: TimerID?
    /// The most bytes that are held back.
    static let mostHeld = 64 << 10
    private(set) var failure: StreamFailure?
    private(set) var isBroken = false
    /// The hold is used up.
    var isCut = false
    /// The most bytes of the answer that are kept for a repetition; 0: none.
    let keeps: Int
    /// The answer's head, where it is kept.
    var fields = HTTPFields()
    /// What the client got so far; nil when it is not kept, or is too much.
    private(set) var kept: [UInt8]?

    init(_ relay: any StreamRelay, keeps: Int) {
        self.relay = relay
        self.keeps = keeps
        kept = keeps > 0 ? [] : nil
    }

    func stopHolding(_ reactor: Reactor) {
        if let holdTimer { reactor.cancel(holdTimer) }
        holdTimer = nil
    }

    func keep(_ output: [UInt8]) {
        guard let count = kept?.count else { return }
        if count + output.count > keeps { kept = nil } else { kept?.append(contentsOf: output) }
    }

    /// Whether more is written than a meter has seen, or may still be; false without a meter.
    func goesOn(beyond written: Int64?) -> Bool {
        guard let written, !relay.isTerminated, !isBroken else { return false }
        return !relay.isFinished || relay.reading.outputBytes > written
    }

    /// Takes what came, or the clean end of the transfer for nil.
    @inline(never)
    func take(_ bytes: [UInt8]?, into output: inout [UInt8]) {
        do throws(StreamFailure) {
            if let bytes { try relay.feed(bytes, into: &output) } else { try relay.end(into: &output) }
        } catch {
            broke(error)
        }
    }

    /// The transfer broke.
    @inline(never)
    func cutShort(_ error: TransferFailure) {
        broke(StreamFailure(kind: .cutShort, reason: "\(error)"))
    }

    /// The first failure is the one that counts.
    private func broke(_ error: StreamFailure) {
        failure = failure ?? error
        isBroken = true
    }
}

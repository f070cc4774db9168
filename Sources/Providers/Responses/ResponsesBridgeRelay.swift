import HTTPTypes
package import Inference
import JSON

/// Turns a stream of chat completions into the events of a Response, each as soon as it can be told.
///
///     feed ─▶ chunk ─▶ OpenAIStreamRelay ─▶ ResponseOutput ─▶ events, at once
///                           │  usage, errors, cuts
///                           └─ [DONE] ─▶ the last items' end and response.completed: held back in `terminator`
///
/// A stream that breaks has no `response.completed`.
package struct ResponsesBridgeRelay: StreamRelay {
    package private(set) var isTerminated = false
    package private(set) var terminator: [UInt8] = []

    private let envelope: ResponseEnvelope
    private let limit: Int
    private var chunks: RelayedEvents
    /// Is fed event by event, so that what it has read does not depend on how the stream was cut.
    private var chat: OpenAIStreamRelay
    private var output: ResponseOutput
    private var hasBegun = false

    /// - Parameters:
    ///   - envelope: of the request that is answered.
    ///   - limit: the most bytes of text that an answer may have: all of it is repeated at the end.
    package init(_ envelope: ResponseEnvelope, limit: Int = 32 << 20) {
        self.envelope = envelope
        self.limit = limit
        chunks = RelayedEvents(limit: limit)
        chat = OpenAIStreamRelay(hidesUsage: true, limit: limit)
        output = ResponseOutput(envelope, events: ResponseEvents())
    }

    package var isFinished: Bool { isTerminated || chat.isFinished }

    package var hasSaid: Bool { chat.hasSaid }

    package var reading: AnswerReading { chat.reading }

    package mutating func feed(_ bytes: [UInt8], into output: inout [UInt8]) throws(StreamFailure) {
        guard !isTerminated else { return }
        chunks.append(bytes)
        try takeEvents(into: &output)
        if chat.isTerminated { try finish() }
    }

    private mutating func takeEvents(into output: inout [UInt8]) throws(StreamFailure) {
        var failure: StreamFailure?
        do throws(StreamFailure) {
            while !chat.isTerminated, let event = try chunks.next() { try take(event) }
        } catch {
            failure = error
        }
        output.append(contentsOf: self.output.takenEvents())
        if let failure { throw failure }
    }

    package mutating func end(into output: inout [UInt8]) throws(StreamFailure) {
        guard !isTerminated else { return }
        if chunks.complete() {
            do throws(StreamFailure) {
                try takeEvents(into: &output)
            } catch {
                throw error.kind == .malformed ? .endedWithinEvent : error
            }
        }
        var nothing: [UInt8] = []  // it was fed whole events
        try chat.end(into: &nothing)
        try finish()
    }

    /// The member stands in the answer that the last event holds.
    package func ending(member: [UInt8]?, comment: [UInt8], at moment: Int64) -> [UInt8] {
        ResponseEnding.bytes(terminator, member: member, comment: comment)
    }

    package func errorEvent(_ error: GatewayError, requestID: RequestID, generation: String) -> [UInt8] {
        ErrorBody.responsesEvent(
            error, sequenceNumber: output.events?.sequence ?? 0, requestID: requestID, generation: generation)
    }
}

// MARK: Chunks

extension ResponsesBridgeRelay {
    private mutating func take(_ event: ServerSentEvent) throws(StreamFailure) {
        var passed: [UInt8] = []
        try chat.feed(Array(chunks.buffer[event.range]), into: &passed)
        guard !passed.isEmpty else { return }  // it was usage, or the end
        switch event.data {
        case .absent:
            if chunks.buffer[event.range].first == UInt8(ascii: ":") { output.events?.comment() }
        case .place(let place):
            try translate(Array(chunks.buffer[place]))
        case .joined(let data):
            try translate(data)
        }
    }

    private mutating func translate(_ bytes: [UInt8]) throws(StreamFailure) {
        guard let document = MendedJSON.document(bytes) else {
            throw StreamFailure(kind: .malformed, reason: "an event of the upstream's stream cannot be read")
        }
        begin(document)
        guard let choice = ChatPiece.choice(of: document), let delta = document.member("delta", of: choice) else {
            return
        }
        for piece in ChatPiece.pieces(of: delta, in: choice, document, texts: bytes, isWhole: false) {
            output.take(piece)
        }
        guard output.byteCount <= limit else {
            throw StreamFailure(
                kind: .malformed, reason: "the upstream's answer is longer than limits.max_answer, \(limit) bytes")
        }
    }
}

// MARK: The Response itself

extension ResponsesBridgeRelay {
    /// Tells of the Response before anything that is in it.
    ///
    /// - Parameter first: the first chunk. Not ``reading``, which may be further on when many chunks came at once.
    private mutating func begin(_ first: JSONDocument? = nil) {
        guard !hasBegun else { return }
        hasBegun = true
        var reading = AnswerReading()
        reading.model = first?.name("model")
        reading.tier = first?.name("service_tier")
        tell("response.created", .inProgress, reading)
        tell("response.in_progress", .inProgress, reading)
    }

    private mutating func finish() throws(StreamFailure) {
        // Some engines name no reason; with the usage and [DONE] the answer is there.
        guard let reason = reading.finishReason ?? (reading.usage == nil ? nil : "stop") else {
            throw StreamFailure(kind: .cutShort, reason: "the upstream's stream ended before its answer did")
        }
        guard let state = ResponseState(finishReason: reason) else {
            throw StreamFailure(kind: .upstreamError, reason: ResponseState.failure(reason))
        }
        begin()
        output.close(state)
        tell(state == .completed ? "response.completed" : "response.incomplete", state, reading)
        terminator = output.takenEvents()
        isTerminated = true
    }

    private mutating func tell(_ type: StaticString, _ state: ResponseState, _ reading: AnswerReading) {
        let (envelope, items) = (envelope, output.items)
        output.events?.event(type) {
            $0.name("response")
            envelope.write(state, items, reading, to: &$0)
        }
    }
}

extension JSONDocument {
    /// A member of the outermost object that is a string and not empty.
    fileprivate func name(_ name: StaticString) -> String? {
        member(name, of: root).flatMap(string).flatMap { $0.isEmpty ? nil : $0 }
    }
}

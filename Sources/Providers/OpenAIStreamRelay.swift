import HTTPTypes
package import Inference
import JSON

/// Passes an OpenAI stream on, event by event and byte for byte, and reads the usage on the way.
///
/// The usage event is hidden, unless the client asked for it. The end is `[DONE]`.
package struct OpenAIStreamRelay: StreamRelay {
    package private(set) var isTerminated = false
    package private(set) var terminator: [UInt8] = []

    /// The usage event's JSON, where it is held back for the gateway to add to; without line ends.
    private var heldUsage: [UInt8]?

    private let hidesUsage: Bool
    private let holdsUsage: Bool
    private let isChat: Bool
    private let choices: Int64
    private var events: RelayedEvents
    private var reader = AnswerReader()

    /// - Parameters:
    ///   - hidesUsage: true when the gateway asked for usage and the client did not.
    ///   - holdsUsage: whether the usage event goes into ``ending(member:comment:at:)`` in place of the output.
    ///   - isChat: whether it is a stream of chat completions, or else of completions.
    ///   - choices: how many answers the client asked for.
    ///   - limit: the longest event, in bytes.
    package init(
        hidesUsage: Bool, holdsUsage: Bool = false, isChat: Bool = true, choices: Int64 = 1,
        limit: Int = 32 << 20
    ) {
        self.hidesUsage = hidesUsage
        self.holdsUsage = holdsUsage
        self.isChat = isChat
        self.choices = choices
        events = RelayedEvents(limit: limit)
    }

    /// Whether every choice has named its reason to finish: only usage can still come.
    package var isFinished: Bool { isTerminated || hasFinished }

    package var hasSaid: Bool { isTerminated || reading.textBytes > 0 || reading.finishReason != nil }

    private var hasFinished: Bool { !reader.finished.isEmpty && Int64(reader.finished.count) >= choices }

    /// What was read so far; of several usage figures the last.
    package var reading: AnswerReading { reader.reading }

    package mutating func feed(_ bytes: [UInt8], into output: inout [UInt8]) throws(StreamFailure) {
        guard !isTerminated else { return }
        events.append(bytes)
        try relayEvents(into: &output)
    }

    private mutating func relayEvents(into output: inout [UInt8]) throws(StreamFailure) {
        while !isTerminated, let event = try events.next() {
            try relay(event, into: &output)
        }
    }

    /// A stream without `[DONE]` counts as whole only when every choice had named its reason to finish, and its last event
    /// may lack nothing but its blank line.
    package mutating func end(into output: inout [UInt8]) throws(StreamFailure) {
        guard !isTerminated else { return }
        if events.complete() {
            do throws(StreamFailure) {
                try relayEvents(into: &output)
            } catch {
                throw error.kind == .malformed ? .endedWithinEvent : error
            }
        }
        guard !isTerminated else { return }
        guard hasFinished else {
            throw StreamFailure(kind: .cutShort, reason: "the upstream's stream ended before its answer did")
        }
        isTerminated = true
        terminator = Array("data: [DONE]\n\n".utf8)
    }

    /// The member stands in the usage event, if the client asked for that; else in a chunk of its own. Clients take the usage
    /// of the last chunk, or add those of all up: there must be one with usage, and none after it.
    package func ending(member: [UInt8]?, comment: [UInt8], at moment: Int64) -> [UInt8] {
        guard let member else { return comment + terminator }
        let last = heldUsage.map { GatewayMember.added(member, to: $0) } ?? chunk(with: member, at: moment)
        return Array("data: ".utf8) + last + Array("\n\n".utf8) + comment + terminator
    }

    /// A chunk without choices, as the one with the usage is, so that clients take it.
    private func chunk(with member: [UInt8], at moment: Int64) -> [UInt8] {
        var body = JSONWriter(capacity: member.count + 256)
        body.beginObject()
        body.member("id", reading.id ?? "")
        body.member("object", isChat ? "chat.completion.chunk" : "text_completion")
        body.member("created", moment)
        body.member("model", reading.model ?? "")
        body.name("choices")
        body.beginArray()
        body.endArray()
        body.name("llmgw")
        body.raw(member)
        body.endObject()
        return body.bytes
    }

    /// The usage event as it is for clients that did not ask for usage: what llama.cpp adds to it stays, and there is a choice,
    /// which they look for in every chunk.
    private func withoutUsage(_ data: ArraySlice<UInt8>) -> [UInt8] {
        guard let document = try? JSONDocument(data.map { $0 == 10 || $0 == 13 ? 32 : $0 }, limits: .answers) else {
            return []
        }
        var edits = JSONEdits()
        edits.remove("usage", from: document.root, of: document)
        let choice = #"[{"index":0,"\#(isChat ? #"delta":{}"# : #"text":"""#),"finish_reason":null}]"#
        edits.set("choices", to: Array(choice.utf8), in: document.root, of: document)
        return Array("data: ".utf8) + edits.applied(to: document) + Array("\n\n".utf8)
    }

    package func errorEvent(_ error: GatewayError, requestID: RequestID, generation: String) -> [UInt8] {
        ErrorBody.openAIEvent(error, requestID: requestID, generation: generation)
    }
}

// MARK: Events

extension OpenAIStreamRelay {
    private mutating func relay(_ event: ServerSentEvent, into output: inout [UInt8]) throws(StreamFailure) {
        switch event.data {
        case .absent:
            guard !events.buffer[event.range].starts(with: "error:".utf8) else {  // older llama.cpp
                throw failure(Array(events.buffer[event.range].dropFirst(6)))
            }
            output.append(contentsOf: events.bytes(of: event))
        case .place(let place):
            try relay(event, place, of: events.buffer, into: &output)
        case .joined(let data):
            try relay(event, 0..<data.count, of: data, into: &output)
        }
    }

    private mutating func relay(
        _ event: ServerSentEvent, _ place: Range<Int>, of data: [UInt8], into output: inout [UInt8]
    ) throws(StreamFailure) {
        if data[place].starts(with: "[DONE]".utf8) {
            guard !reader.finished.isEmpty || reading.textBytes > 0 || reading.usage != nil else {
                throw StreamFailure(kind: .cutShort, reason: "the upstream's stream ended without an answer")
            }
            isTerminated = true
            terminator = Array(events.bytes(of: event))
            if terminator.last == UInt8(ascii: "\r") { terminator.append(UInt8(ascii: "\n")) }  // it was still to come
            return
        }
        guard let skim = AnswerSkim(data, place) else {
            throw StreamFailure(kind: .malformed, reason: "an event of the upstream's stream is not a JSON object")
        }
        reader.read(skim, in: data)
        if skim.isError(in: data) || isError(event) { throw failure(Array(data[place])) }
        if hidesUsage || holdsUsage, skim.usage != nil, skim.choiceCount == 0, !skim.hasNullUsage(in: data) {
            if !hidesUsage { heldUsage = data[place].map { $0 == 10 || $0 == 13 ? 32 : $0 } }
            if hidesUsage, skim.timings != nil { output += withoutUsage(data[place]) }
            return events.leaveOut()
        }
        output.append(contentsOf: events.bytes(of: event))
    }

    private func isError(_ event: ServerSentEvent) -> Bool {
        event.name.map { events.buffer[$0].elementsEqual("error".utf8) } ?? false
    }

    private func failure(_ body: [UInt8]) -> StreamFailure {
        var upstream = UpstreamFailure(UpstreamErrorBody(body), status: nil)
        (upstream.usage, upstream.tier) = (reading.usageOfAll == nil ? nil : reading.billedUsage, reading.tier)
        return StreamFailure(
            kind: .upstreamError, reason: "the upstream's stream broke off with an error", upstream: upstream)
    }
}

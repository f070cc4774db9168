import HTTPTypes
package import Inference
import JSON

/// Passes a stream of OpenAI's Responses API on, event by event and byte for byte, and reads the usage on the way.
///
/// The stream is whole with `response.completed` or `response.incomplete`, which hold the whole answer and its usage. It ends
/// without an answer with `response.failed` or `response.cancelled`, which pass as well: clients know no other end. There is
/// no `[DONE]`; one that comes all the same is dropped.
package struct ResponsesStreamRelay: StreamRelay {
    package private(set) var isTerminated = false
    package private(set) var terminator: [UInt8] = []
    package private(set) var hasSaid = false
    package private(set) var failure: UpstreamFailure?

    /// The last event repeats the whole answer, so it may be as long as one.
    private var events: RelayedEvents
    private var reader: ResponseReader
    /// The number that the next event has.
    private var sequenceNumber: Int64 = 0

    /// - Parameters:
    ///   - usage: whose figures the usage holds.
    ///   - limit: the longest event, in bytes.
    package init(usage: UsageDialect = .compatible, limit: Int = 32 << 20) {
        events = RelayedEvents(limit: limit)
        reader = ResponseReader(usage)
    }

    package var isFinished: Bool { isTerminated }
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
        throw StreamFailure(kind: .cutShort, reason: "the upstream's stream ended before its answer did")
    }

    /// The member stands in the answer that the last event holds.
    package func ending(member: [UInt8]?, comment: [UInt8], at moment: Int64) -> [UInt8] {
        guard member != nil else { return comment + terminator }
        return ResponseEnding.bytes(terminator, member: member, comment: comment)
    }

    package func errorEvent(_ error: GatewayError, requestID: RequestID, generation: String) -> [UInt8] {
        ErrorBody.responsesEvent(error, sequenceNumber: sequenceNumber, requestID: requestID, generation: generation)
    }

    private mutating func relay(_ event: ServerSentEvent, into output: inout [UInt8]) throws(StreamFailure) {
        switch event.data {
        case .absent: output.append(contentsOf: events.bytes(of: event))
        case .place(let place): try relay(event, events.buffer[place], into: &output)
        case .joined(let data): try relay(event, data[...], into: &output)
        }
    }

    private mutating func relay(
        _ event: ServerSentEvent, _ data: ArraySlice<UInt8>, into output: inout [UInt8]
    ) throws(StreamFailure) {
        guard !data.starts(with: "[DONE]".utf8) else {
            throw StreamFailure(kind: .cutShort, reason: "the upstream's stream ended before its answer did")
        }
        guard let document = MendedJSON.document(Array(data)), document.kind(document.root) == .object
        else {
            throw StreamFailure(kind: .malformed, reason: "an event of the upstream's stream is not a JSON object")
        }
        let root = document.root
        if let number = document.member("sequence_number", of: root).flatMap(document.integer), number >= 0 {
            sequenceNumber = number.addingClamped(1)
        }
        let response = document.member("response", of: root).flatMap { document.kind($0) == .object ? $0 : nil }
        let type = document.member("type", of: root).flatMap(document.string) ?? ""
        if let response { reader.read(response, of: document, isEnd: ResponsesStreamRelay.ends.contains(type)) }
        try check(type, response, document)
        if let delta = document.member("delta", of: root), let count = document.stringByteCount(delta) {
            reader.note(outputBytes: count)
        }
        if !ResponsesStreamRelay.beginnings.contains(type), !isEmptyItem(type, document) { hasSaid = true }
        guard ResponsesStreamRelay.ends.contains(type) else {
            return output.append(contentsOf: events.bytes(of: event))
        }
        isTerminated = true
        terminator = Array(events.bytes(of: event))
        if terminator.last == UInt8(ascii: "\r") { terminator.append(UInt8(ascii: "\n")) }  // it was still to come
    }

    /// Events that hold the answer as it ended.
    private static let ends: Set<String> = [
        "response.completed", "response.incomplete", "response.failed", "response.cancelled",
    ]

    /// Events that come before anything is said.
    private static let beginnings: Set<String> = [
        "", "response.created", "response.queued", "response.in_progress", "response.content_part.added",
        "response.reasoning_summary_part.added", "response.failed", "response.cancelled", "keepalive", "ping",
    ]

    /// Whether the event opens a message or reasoning, of which nothing is there yet.
    private func isEmptyItem(_ type: String, _ document: JSONDocument) -> Bool {
        guard type == "response.output_item.added", let item = document.member("item", of: document.root),
            let kind = document.member("type", of: item)
        else { return false }
        return document.equals(kind, "message") || document.equals(kind, "reasoning")
    }

    /// Throws when the event says that there will be no whole answer, unless it is an end of its own.
    private mutating func check(
        _ type: String, _ response: JSONNode?, _ document: JSONDocument
    ) throws(StreamFailure) {
        var upstream: UpstreamFailure?
        let isFailure = type == "response.failed" || type == "response.cancelled"
        if ResponsesStreamRelay.ends.contains(type) {
            guard let response else {
                guard isFailure else {
                    throw StreamFailure(
                        kind: .malformed, reason: "the last event of the upstream's stream has no answer")
                }
                failure = UpstreamFailure(UpstreamErrorBody(document.bytes), status: nil)
                failure?.hasAccount = true
                return
            }
            upstream = reader.failure(response, of: document)
            guard !isFailure else {
                var ended =
                    upstream ?? UpstreamFailure(.unavailable, message: "the upstream's stream ended with \(type)")
                (ended.usage, ended.tier, ended.hasAccount) = (reading.billedUsage, reading.tier, true)
                failure = ended
                return
            }
        } else if type == "error"
            || document.member("error", of: document.root).map({ document.kind($0) != .null }) ?? false
        {
            upstream = UpstreamFailure(UpstreamErrorBody(document.bytes), status: nil)
            upstream?.usage = reading.usage
        }
        guard let upstream else { return }
        throw StreamFailure(
            kind: .upstreamError, reason: "the upstream's stream broke off with an error", upstream: upstream)
    }
}

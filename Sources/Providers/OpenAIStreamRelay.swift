import HTTPTypes
import Inference
import JSON

/// Passes an OpenAI stream on, event by event and byte for byte, and reads the usage on the way.
///
///     feed ─▶ events ─▶ output, at once
///                 ├──▶ the usage event: hidden, unless the client asked for it
///                 ├──▶ an error, or no JSON: thrown; the client must not see a clean end
///                 └──▶ [DONE]: held back in `terminator`, until the gateway has settled
package struct OpenAIStreamRelay: Sendable {
    /// Whether the upstream said that the stream is whole.
    package private(set) var isTerminated = false
    /// The bytes that end the client's stream, once ``isTerminated``.
    package private(set) var terminator: [UInt8] = []

    private let hidesUsage: Bool
    private let choices: Int64
    private var parser = ServerSentEventParser()
    private var reader: AnswerReader
    /// The last event was left out; of a CRLF that ended it the LF may still come, and looks like an empty line.
    private var leftOut = false

    /// - Parameters:
    ///   - hidesUsage: true when the gateway asked for usage and the client did not.
    ///   - choices: how many answers the client asked for.
    ///   - usage: whose figures the usage holds.
    package init(hidesUsage: Bool, choices: Int64 = 1, usage: UsageDialect = .compatible) {
        self.hidesUsage = hidesUsage
        self.choices = choices
        reader = AnswerReader(usage)
    }

    /// Whether every choice has named its reason to finish: only usage can still come.
    package var isFinished: Bool { isTerminated || reader.finishCount > 0 && reader.finishCount >= choices }

    /// What was read so far; of several usage figures the last.
    package var reading: AnswerReading { reader.reading }

    /// Takes bytes as they come and appends to `output` what the client may have.
    ///
    /// On a failure `output` holds what came before it. What follows `[DONE]` is dropped.
    package mutating func feed(_ bytes: [UInt8], into output: inout [UInt8]) throws(StreamFailure) {
        guard !isTerminated else { return }
        parser.append(bytes)
        while !isTerminated, let event = try nextEvent() {
            try relay(event, into: &output)
        }
    }

    /// Says that the upstream closed its stream properly.
    ///
    /// A stream without `[DONE]` counts as whole only when every choice had named its reason to finish.
    package mutating func end() throws(StreamFailure) {
        guard !isTerminated else { return }
        guard parser.isBetweenEvents else {
            throw StreamFailure(kind: .cutShort, reason: "the upstream's stream ended within an event")
        }
        guard reader.finishCount > 0, reader.finishCount >= choices else {
            throw StreamFailure(kind: .cutShort, reason: "the upstream's stream ended before its answer did")
        }
        isTerminated = true
        terminator = Array("data: [DONE]\n\n".utf8)
    }
}

// MARK: Events

extension OpenAIStreamRelay {
    private mutating func nextEvent() throws(StreamFailure) -> ServerSentEvent? {
        do {
            return try parser.next()
        } catch {
            throw StreamFailure(kind: .eventTooLong, reason: "\(error)")
        }
    }

    private mutating func relay(_ event: ServerSentEvent, into output: inout [UInt8]) throws(StreamFailure) {
        let followsLeftOut = leftOut
        leftOut = false
        switch event.data {
        case .absent:
            if followsLeftOut, parser.buffer[event.range].allSatisfy({ $0 == 10 || $0 == 13 }) {
                leftOut = true
                return
            }
            guard !parser.buffer[event.range].starts(with: "error:".utf8) else {  // older llama.cpp
                throw failure(Array(parser.buffer[event.range].dropFirst(6)))
            }
            output.append(contentsOf: parser.buffer[event.range])
        case .place(let place):
            guard !place.isEmpty else {  // clients parse every event's data, and fail on none
                leftOut = true
                return
            }
            try relay(event, place, of: parser.buffer, into: &output)
        case .joined(let data):
            try relay(event, 0..<data.count, of: data, into: &output)
        }
    }

    private mutating func relay(
        _ event: ServerSentEvent, _ place: Range<Int>, of data: [UInt8], into output: inout [UInt8]
    ) throws(StreamFailure) {
        if data[place].starts(with: "[DONE]".utf8) {
            isTerminated = true
            terminator = Array(parser.buffer[event.range])
            if terminator.last == UInt8(ascii: "\r") { terminator.append(UInt8(ascii: "\n")) }  // it was still to come
            return
        }
        guard let skim = AnswerSkim(data, place) else {
            throw StreamFailure(kind: .malformed, reason: "an event of the upstream's stream is not a JSON object")
        }
        reader.read(skim, in: data)
        if skim.isError(in: data) || isError(event) { throw failure(Array(data[place])) }
        if hidesUsage, skim.usage != nil, skim.choiceCount == 0, !skim.hasNullUsage(in: data) {
            leftOut = true
            return
        }
        output.append(contentsOf: parser.buffer[event.range])
    }

    private func isError(_ event: ServerSentEvent) -> Bool {
        event.name.map { parser.buffer[$0].elementsEqual("error".utf8) } ?? false
    }

    private func failure(_ body: [UInt8]) -> StreamFailure {
        var upstream = UpstreamFailure(UpstreamErrorBody(body), status: nil)
        upstream.usage = reading.usage
        return StreamFailure(
            kind: .upstreamError, reason: "the upstream's stream broke off with an error", upstream: upstream)
    }
}

import HTTPTypes
package import Inference
import JSON

/// Passes an OpenAI stream on, event by event and byte for byte, and reads the usage on the way.
///
/// The usage event is hidden, unless the client asked for it. The end is `[DONE]`.
package struct OpenAIStreamRelay: StreamRelay {
    package private(set) var isTerminated = false
    package private(set) var terminator: [UInt8] = []

    private let hidesUsage: Bool
    private let choices: Int64
    private var events = RelayedEvents()
    private var reader: AnswerReader

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

    package mutating func feed(_ bytes: [UInt8], into output: inout [UInt8]) throws(StreamFailure) {
        guard !isTerminated else { return }
        events.append(bytes)
        while !isTerminated, let event = try events.next() {
            try relay(event, into: &output)
        }
    }

    /// A stream without `[DONE]` counts as whole only when every choice had named its reason to finish.
    package mutating func end() throws(StreamFailure) {
        guard !isTerminated else { return }
        guard events.isBetweenEvents else {
            throw StreamFailure(kind: .cutShort, reason: "the upstream's stream ended within an event")
        }
        guard reader.finishCount > 0, reader.finishCount >= choices else {
            throw StreamFailure(kind: .cutShort, reason: "the upstream's stream ended before its answer did")
        }
        isTerminated = true
        terminator = Array("data: [DONE]\n\n".utf8)
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
            output.append(contentsOf: events.buffer[event.range])
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
            isTerminated = true
            terminator = Array(events.buffer[event.range])
            if terminator.last == UInt8(ascii: "\r") { terminator.append(UInt8(ascii: "\n")) }  // it was still to come
            return
        }
        guard let skim = AnswerSkim(data, place) else {
            throw StreamFailure(kind: .malformed, reason: "an event of the upstream's stream is not a JSON object")
        }
        reader.read(skim, in: data)
        if skim.isError(in: data) || isError(event) { throw failure(Array(data[place])) }
        if hidesUsage, skim.usage != nil, skim.choiceCount == 0, !skim.hasNullUsage(in: data) {
            return events.leaveOut()
        }
        output.append(contentsOf: events.buffer[event.range])
    }

    private func isError(_ event: ServerSentEvent) -> Bool {
        event.name.map { events.buffer[$0].elementsEqual("error".utf8) } ?? false
    }

    private func failure(_ body: [UInt8]) -> StreamFailure {
        var upstream = UpstreamFailure(UpstreamErrorBody(body), status: nil)
        upstream.usage = reading.usage
        return StreamFailure(
            kind: .upstreamError, reason: "the upstream's stream broke off with an error", upstream: upstream)
    }
}

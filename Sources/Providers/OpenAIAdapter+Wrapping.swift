import Inference

extension OpenAIAdapter {
    /// Reads a whole answer in whichever wrapping it came, and returns the JSON that says it, for the client.
    ///
    /// - Throws: as ``decode(_:status:header:body:now:)`` does, and for events that end before their answer does.
    package func unwrap(
        _ request: OpenAIRequest, status: Int, header: (String) -> String?, body: [UInt8], now: Int64
    ) throws(UpstreamFailure) -> (reading: AnswerReading, body: [UInt8]) {
        do throws(UpstreamFailure) {
            return (try decode(request.endpoint, status: status, header: header, body: body, now: now), body)
        } catch {
            guard error.kind == .malformedAnswer,
                let whole = try WholeFromStream.body(body, request.endpoint, choices: request.choices), whole != body
            else { throw error }
            return (try decode(request.endpoint, status: status, header: header, body: whole, now: now), whole)
        }
    }

    /// Returns the stream's events that say what a whole answer in whichever wrapping says.
    ///
    /// - Throws: as ``unwrap(_:status:header:body:now:)`` does.
    package func events(
        _ request: OpenAIRequest, status: Int, header: (String) -> String?, body: [UInt8], now: Int64
    ) throws(UpstreamFailure) -> [UInt8] {
        let (_, whole) = try unwrap(request, status: status, header: header, body: body, now: now)
        guard let events = StreamFromWhole.events(whole, request.endpoint) else {
            throw UpstreamFailure(.malformedAnswer, status: status, message: "the answer is no stream")
        }
        return events
    }
}

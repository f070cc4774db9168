import Inference
import JSON

extension OpenAIAdapter {
    /// Reads a whole answer.
    ///
    /// - Parameters:
    ///   - endpoint: that was asked; all but ``OpenAIRequest/Endpoint/responses`` answer alike.
    ///   - header: the value of a field, by its name in lower case.
    ///   - now: seconds since 1970, UTC.
    /// - Throws: for a status that is no success, and for a success that is an error, is not JSON or has no choices.
    package func decode(
        _ endpoint: OpenAIRequest.Endpoint = .chatCompletions, status: Int,
        header: (String) -> String? = { _ in nil }, body: [UInt8], now: Int64
    ) throws(UpstreamFailure) -> AnswerReading {
        guard (200..<300).contains(status) else {
            throw UpstreamFailure(status: status, header: header, body: body, now: now)
        }
        if endpoint == .responses { return try ResponseReader.read(body, quirks.usage) }
        guard let skim = AnswerSkim(body, 0..<body.count) else {
            throw UpstreamFailure(.malformedAnswer, status: status, message: "the answer is not a JSON object")
        }
        var reader = AnswerReader(writes: endpoint != .embeddings)
        reader.read(skim, in: body)
        if skim.isError(in: body) {
            var failure = UpstreamFailure(UpstreamErrorBody(body), status: status)
            (failure.usage, failure.tier) = (reader.reading.usage, reader.reading.tier)
            throw failure
        }
        guard let choices = skim.choiceCount, choices > 0 else {
            var failure = UpstreamFailure(.malformedAnswer, status: status, message: "the answer has no choices")
            failure.usage = reader.reading.usage
            throw failure
        }
        return reader.reading
    }
}

import CivilTime
import HTTPTypes
import Inference
import Providers

/// Answers in another wrapping than was asked for: the bytes decide, and not the head.
extension RequestHandler {
    /// Returns the events of a stream's answer: as they come, or those that say what came whole in their place.
    ///
    /// - Returns: a failure when what came is no answer.
    @inline(never)
    func events(
        _ call: InferenceCall, _ attempt: Attempt, _ head: HTTPResponseHead, _ transfer: any UpstreamTransfer
    ) async throws(TransferFailure) -> Result<any UpstreamTransfer, UpstreamFailure> {
        let limit = call.generation.configuration.limits.maxAnswer
        let isSaid = OpenAIAdapter.isEventStream(contentType: head.fields["content-type"])
        var first: [UInt8] = []
        while true {
            let bytes = try await transfer.next()
            first += bytes ?? []
            let found = AnswerWrapping.of(first, isWhole: bytes == nil)?.wrapping
            if found == .events {
                let event = FirstEvent.of(first, call.sent.endpoint, isWhole: bytes == nil)
                // Before its end it could not be relayed either.
                if event == .underWay, bytes != nil, first.count <= limit { continue }
                if event == .whole { break }
            }
            if found == .events || isSaid && found != .object || bytes == nil && first.isEmpty {
                return .success(ReplayedTransfer(first, of: transfer, goesOn: bytes != nil))
            }
            guard found == nil, first.count <= RequestHandler.longestBeginning else { break }
        }
        let body = try await ReplayedTransfer(first, of: transfer, goesOn: true).whole(limit: limit)
        do throws(UpstreamFailure) {
            let events = try attempt.target.adapter.events(
                call.sent, status: head.status, header: head.fields.value(named:), body: body,
                now: Clock.utcMilliseconds() / 1000)
            return .success(ReplayedTransfer(events, of: transfer, goesOn: false))
        } catch {
            return .failure(error)
        }
    }

    /// Bytes of comments after which an answer that does not say that it is a stream is taken for none.
    private static let longestBeginning = 65_536

    /// Reads a whole answer, and returns it in the API of the request.
    @inline(never)
    func unwrap(
        _ call: InferenceCall, _ attempt: Attempt, _ head: HTTPResponseHead, _ received: [UInt8]
    ) throws(UpstreamFailure) -> (AnswerReading, [UInt8]) {
        let (reading, body) = try attempt.target.adapter.unwrap(
            call.sent, status: head.status, header: head.fields.value(named:), body: received,
            now: Clock.utcMilliseconds() / 1000)
        return (reading, try call.translated(body, reading))
    }

    /// The type of a whole answer: clients read none that is not said to be JSON.
    static func contentType(_ head: HTTPResponseHead) -> String {
        guard let type = head.fields["content-type"], type.lowercased().hasPrefix("application/json"),
            !type.contains(",")
        else { return "application/json" }
        return type
    }
}

package import Inference

/// Passes a vendor's stream on, and reads what it says of itself on the way.
///
///     feed ─▶ events ─▶ output, at once
///                 ├──▶ an error, or nothing that can be read: thrown; the client must not see a clean end
///                 └──▶ the end: held back in `terminator`, until the gateway has settled
package protocol StreamRelay: Sendable {
    /// Whether the upstream said that the stream is whole.
    var isTerminated: Bool { get }
    /// The bytes that end the client's stream, once ``isTerminated``.
    var terminator: [UInt8] { get }
    /// Whether the answer is written: only usage and the end can still come.
    var isFinished: Bool { get }
    /// Whether the model has said anything: until then, another may answer in its place.
    var hasSaid: Bool { get }
    /// Why there is no answer, when the vendor ends its stream with an event that says so and is passed on as the end.
    var failure: UpstreamFailure? { get }
    /// What was read so far.
    var reading: AnswerReading { get }

    /// Takes bytes as they come and appends to `output` what the client may have.
    ///
    /// On a failure `output` holds what came before it. What follows the end is dropped.
    mutating func feed(_ bytes: [UInt8], into output: inout [UInt8]) throws(StreamFailure)

    /// Says that the upstream closed its stream properly, and appends to `output` what was still to come of it.
    mutating func end(into output: inout [UInt8]) throws(StreamFailure)

    /// Returns the bytes that end the client's stream: the terminator, with `comment` before it.
    ///
    /// - Parameters:
    ///   - member: JSON for the member `llmgw` of the last event with something to say; nil for none.
    ///   - moment: seconds since 1970.
    func ending(member: [UInt8]?, comment: [UInt8], at moment: Int64) -> [UInt8]

    /// Returns what takes the place of the end, so that nobody takes a stream for whole that is not.
    func errorEvent(_ error: GatewayError, requestID: RequestID, generation: String) -> [UInt8]
}

extension StreamRelay {
    package var failure: UpstreamFailure? { nil }
}

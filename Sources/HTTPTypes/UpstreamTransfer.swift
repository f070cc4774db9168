/// One request to a provider under way, and its answer as it comes.
///
/// Lives on one event loop, and one task at a time waits on it: first ``head()``, then ``next()`` until nil or
/// ``whole(limit:)``. After a failure every further call throws the same one. A transfer that nobody reads stays paused
/// until it is cancelled or its time is over, so a caller that loses interest calls ``cancel()``.
package protocol UpstreamTransfer: AnyObject {
    /// Returns the final head, once it is there. Interim answers (1xx) are swallowed.
    func head() async throws(TransferFailure) -> HTTPResponseHead

    /// Returns what has arrived since the last call, at least one byte, or nil at the clean end.
    ///
    /// An answer that broke off throws, after what came before the break was returned: a cut body never ends with nil.
    func next() async throws(TransferFailure) -> [UInt8]?

    /// Returns the rest of the body. Throws ``TransferFailure/tooLarge``, and ends the transfer, above `limit` bytes.
    func whole(limit: Int) async throws(TransferFailure) -> [UInt8]

    /// Ends the transfer now; a pending call throws ``TransferFailure/cancelled``. Does nothing after the end.
    func cancel()

    /// False as long as it is certain that no byte of the request left; also for a transfer that was cancelled.
    var requestWasWritten: Bool { get }

    /// Bytes of the body that have arrived, read or not.
    var bytesReceived: Int { get }

    /// Whether the request went over a connection that an earlier one had used; nil before that is known, and where
    /// there are no connections.
    var connectionReused: Bool? { get }
}

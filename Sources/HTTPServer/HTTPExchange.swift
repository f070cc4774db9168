package import HTTPTypes
package import NetIO

/// One request and its answer. Lives on the loop of its connection, and is no longer of use when the answer has ended.
///
///     waiting ──respond──────────────────────▶ ended
///        └─────begin──▶ streaming ──finish─────▲ ▲
///                           └──────abort─────────┘
///
/// Calls that come too late do nothing, so a task that lost a race against the client needs no check.
/// `Date`, `Content-Length`, `Transfer-Encoding` and `Connection` are added here; `fields` must not have them.
package final class HTTPExchange {
    private enum Phase { case waiting, streaming, ended }

    package let head: HTTPRequestHead
    package let body: [UInt8]
    /// What ``HTTPHandler/accept(_:contentLength:)`` found out about the head.
    package let finding: (any AnyObject & Sendable)?
    package let peer: SocketAddress?
    /// When the request was complete: nanoseconds of ``MonotonicClock``.
    package let receivedAt: UInt64

    private let connection: HTTPConnection
    private var phase = Phase.waiting
    /// The head of a streamed answer until its first chunk takes it along.
    private var unsentHead: (status: Int, fields: HTTPFields)?

    /// True once the client has closed its side, or the connection broke, while the answer was not finished.
    ///
    /// A client that closes only its sending side looks the same as one that leaves, so it counts as gone, as with nginx.
    /// What is written still goes out as long as the socket takes it; whether to write is the handler's decision.
    package private(set) var isClientGone = false

    /// Called once when the client has gone, also if it had before this was set. Comes from the loop, never from within a
    /// call of this exchange, and not after its end.
    package var onClientGone: (() -> Void)? {
        didSet { if isClientGone, onClientGone != nil { reportGone() } }
    }

    /// True when nothing more can be written: finished, or aborted.
    package var isEnded: Bool { phase == .ended }
    /// True once a part of the answer may have reached the client.
    package var hasBegun: Bool { phase != .waiting }
    /// Bytes of the answer that the client has not taken yet.
    package var bufferedBytes: Int { connection.bufferedBytes }

    init(
        _ request: (head: HTTPRequestHead, body: [UInt8]), _ finding: (any AnyObject & Sendable)?,
        on connection: HTTPConnection, receivedAt: UInt64
    ) {
        head = request.head
        body = request.body
        self.finding = finding
        peer = connection.peer
        self.connection = connection
        self.receivedAt = receivedAt
    }

    // MARK: Answering

    /// Sends a whole answer and ends the exchange.
    package func respond(status: Int, fields: HTTPFields, body: [UInt8]) {
        guard phase == .waiting else { return }
        end()
        connection.send(HTTPAnswer(status: status, fields: fields, body: body))
    }

    /// Begins an answer of unknown length: chunked, or for HTTP/1.0 up to the close. The head leaves with the first write.
    package func begin(status: Int, fields: HTTPFields) {
        guard phase == .waiting else { return }
        phase = .streaming
        unsentHead = (status, fields)
    }

    /// Sends `bytes` now, or as soon as the client takes what came before. No bytes: sends the head, if it has not left.
    package func write(_ bytes: [UInt8]) {
        guard phase == .streaming else { return }
        connection.stream(takeHead(), bytes, isLast: false)
    }

    /// Returns when few enough bytes wait for the client (``HTTPServerLimits/maxBuffered``), or the client is gone.
    package func drained() async {
        guard phase == .streaming else { return }
        await connection.drained()
    }

    /// Ends a streamed answer, after `bytes`.
    package func finish(_ bytes: [UInt8] = []) {
        guard phase == .streaming else { return }
        let head = takeHead()
        end()
        connection.stream(head, bytes, isLast: true)
    }

    /// Breaks the answer off, so that the client cannot take what it has for the whole.
    ///
    /// What was written before still goes out: an event that says what went wrong reaches the client.
    package func abort() {
        guard phase != .ended else { return }
        let hasBegun = self.hasBegun
        end()
        connection.breakOff(hasBegun: hasBegun)
    }

    private func takeHead() -> (status: Int, fields: HTTPFields)? {
        defer { unsentHead = nil }
        return unsentHead
    }

    private func end() {
        phase = .ended
        onClientGone = nil
    }

    // MARK: The connection's own calls

    func clientLeft() {
        guard !isClientGone, phase != .ended else { return }
        isClientGone = true
        reportGone()
    }

    private func reportGone() {
        connection.later { [self] in
            guard let report = onClientGone else { return }
            onClientGone = nil
            report()
        }
    }
}

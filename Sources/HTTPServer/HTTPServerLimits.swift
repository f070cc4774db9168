/// What a server lets a client do. Sizes are bytes; everything applies to one listener on one loop.
package struct HTTPServerLimits: Sendable {
    /// Request line and fields together; beyond it 431.
    package var maxHead = 64 << 10
    /// Beyond it 414.
    package var maxRequestLine = 16 << 10
    /// Fields of a head, and of trailers; beyond it 431.
    package var maxHeaders = 128
    /// Beyond it 413, unless ``HTTPAdmission/proceed(maxBody:)`` says otherwise.
    package var maxBody = 32 << 20
    /// The bodies of all requests that this listener holds at a time; beyond it 503.
    package var maxBodiesTotal = 256 << 20
    /// Beyond it a connection gets 503 and is closed.
    package var maxConnections = 20_000

    /// From the first byte of a head to its last; then 408.
    package var headTimeout = Duration.seconds(10)
    /// From the end of a head to the end of the body; then 408.
    package var bodyTimeout = Duration.seconds(60)
    /// Bytes a second that a body must come with, on average, once it is older than ``bodyRateGrace``; else 408.
    package var minBodyRate = 1000
    package var bodyRateGrace = Duration.seconds(10)
    /// How long a connection may be open without a request; then it is closed.
    package var idleTimeout = Duration.seconds(620)
    /// How long a client may take nothing of what waits for it; then it counts as gone.
    package var writeStall = Duration.seconds(30)
    /// How long a connection that we end waits for its client to end it too, or to send more, so that the last answer is
    /// not lost.
    package var lingerTimeout = Duration.seconds(1)
    /// The same where the request had not come whole when it was answered.
    package var lingerBodyTimeout = Duration.seconds(5)
    /// How long it waits at the most, however much the client still sends.
    package var lingerTotal = Duration.seconds(10)
    /// How much the client may still send: clients that send first and read later must get to the answer.
    package var maxLingering: Int { max(2 * maxBody, 16 << 20) }

    /// Unsent bytes of an answer above which ``HTTPExchange/drained()`` waits; it returns at half of it.
    package var maxBuffered = 256 << 10

    package init() {}
}

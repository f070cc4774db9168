/// The times of ``HTTPServerLimits`` in nanoseconds, as deadlines need them.
struct Spans {
    let head: UInt64
    let body: UInt64
    let bodyRateGrace: UInt64
    let idle: UInt64
    let writeStall: UInt64
    let linger: UInt64
    let lingerBody: UInt64
    let lingerTotal: UInt64
    /// How often deadlines are looked at: often enough that nobody gets a quarter more than the shortest.
    let sweep: UInt64

    init(_ limits: HTTPServerLimits) {
        head = Spans.nanoseconds(limits.headTimeout)
        body = Spans.nanoseconds(limits.bodyTimeout)
        bodyRateGrace = Spans.nanoseconds(limits.bodyRateGrace)
        idle = Spans.nanoseconds(limits.idleTimeout)
        writeStall = Spans.nanoseconds(limits.writeStall)
        linger = Spans.nanoseconds(limits.lingerTimeout)
        lingerBody = Spans.nanoseconds(limits.lingerBodyTimeout)
        lingerTotal = Spans.nanoseconds(limits.lingerTotal)
        let shortest = min(head, body, idle, writeStall, linger)
        sweep = min(max(shortest / 4, 5_000_000), 500_000_000)
    }

    /// At most a century, so that sums stay in range.
    private static func nanoseconds(_ duration: Duration) -> UInt64 {
        let (seconds, attoseconds) = duration.components
        return UInt64(max(0, min(seconds, 1 << 31))) * 1_000_000_000 + UInt64(max(0, attoseconds) / 1_000_000_000)
    }
}

import HTTPTypes

/// The times of one transfer. Reads no clock; times are monotonic nanoseconds.
///
///     connect ──(connection stands)──▶ firstByte ──(a byte of the answer)──▶ idle
struct TransferClock {
    private let limits: Limits
    private let start: UInt64
    private var phase = TimeoutPhase.connect
    private var phaseStart: UInt64

    /// The limits in nanoseconds, made once for an endpoint.
    struct Limits {
        let connect, firstByte, idle, total: UInt64

        init(_ timeouts: UpstreamTimeouts) {
            connect = Limits.nanoseconds(timeouts.connect)
            firstByte = Limits.nanoseconds(timeouts.firstByte)
            idle = Limits.nanoseconds(timeouts.idle)
            total = Limits.nanoseconds(timeouts.total)
        }

        private static func nanoseconds(_ duration: Duration) -> UInt64 {
            let (seconds, attoseconds) = duration.components
            return UInt64(max(0, min(seconds, 1 << 32))) * 1_000_000_000 + UInt64(max(0, attoseconds / 1_000_000_000))
        }
    }

    init(_ limits: Limits, now: UInt64) {
        self.limits = limits
        start = now
        phaseStart = now
    }

    mutating func connected(at now: UInt64) {
        (phase, phaseStart) = (.firstByte, now)
    }

    /// A byte of the answer came, or the reader wants to go on after a pause.
    mutating func progressed(at now: UInt64) {
        (phase, phaseStart) = (.idle, now)
    }

    /// When the transfer must end unless something happens before, and what it then waited for in vain.
    ///
    /// While the reader holds the transfer up, the peer's silence is not its fault: only the total counts.
    func deadline(isPaused: Bool) -> (time: UInt64, phase: TimeoutPhase) {
        let end = start &+ limits.total
        if isPaused { return (end, .total) }
        let phaseEnd =
            phaseStart
            &+ (phase == .connect ? limits.connect : phase == .firstByte ? limits.firstByte : limits.idle)
        if phaseEnd <= end { return (phaseEnd, phase) }
        // Before the connection stands nothing was sent, and the failure must say so.
        return (end, phase == .connect ? .connect : .total)
    }
}

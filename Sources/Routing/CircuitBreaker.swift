/// Decides whether a failing target is worth another request.
///
///     closed ──(threshold failures in a row)──▶ open ──(cool-down)──▶ half open
///        ▲                                       ▲                      │
///        └───────────── success ─────────────────┼──────────────────────┤
///                                                └────── failure ───────┘
///
/// Times are nanoseconds of a monotonic clock.
/// A value: who stores one for each target, and under which lock, is the caller's business.
package struct CircuitBreaker: Sendable, Hashable {
    package enum State: Sendable, Hashable {
        case closed
        case open(until: UInt64)
        /// One probe is on its way; it counts as lost when it has not reported by then.
        case halfOpen(until: UInt64)
    }

    package private(set) var state = State.closed
    /// In a row; a success begins anew.
    package private(set) var failures = 0

    private let threshold: Int
    /// Nanoseconds.
    private let cooldown: UInt64

    /// - Parameter threshold: failures in a row that open the circuit; at least 1.
    package init(threshold: Int = 5, cooldown: Duration = .seconds(10)) {
        self.threshold = max(threshold, 1)
        self.cooldown = Self.nanoseconds(cooldown)
    }

    /// Returns whether the target is well enough to be asked before others, and begins the probe when it is time.
    package mutating func admits(at now: UInt64) -> Bool {
        switch state {
        case .closed:
            return true
        case .open(let until) where now >= until, .halfOpen(let until) where now >= until:
            state = .halfOpen(until: Self.sum(now, cooldown))
            return true
        case .open, .halfOpen:
            return false
        }
    }

    /// Records how an attempt ended. What the client did wrong is no failure of the target.
    package mutating func record(success: Bool, at now: UInt64) {
        guard !success else {
            state = .closed
            failures = 0
            return
        }
        failures = min(failures + 1, threshold)
        if case .halfOpen = state { failures = threshold }
        guard failures == threshold else { return }
        open(until: Self.sum(now, cooldown))
    }

    /// Keeps requests away for as long as the vendor asked, whatever the count.
    package mutating func coolDown(for time: Duration, at now: UInt64) {
        open(until: Self.sum(now, Self.nanoseconds(time)))
    }

    private mutating func open(until: UInt64) {
        if case .open(let later) = state, later > until { return }
        state = .open(until: until)
    }

    private static func nanoseconds(_ duration: Duration) -> UInt64 {
        let (seconds, attoseconds) = max(duration, .zero).components
        let (whole, overflows) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        return overflows ? .max : sum(whole, UInt64(attoseconds / 1_000_000_000))
    }

    private static func sum(_ now: UInt64, _ time: UInt64) -> UInt64 {
        let (sum, overflows) = now.addingReportingOverflow(time)
        return overflows ? .max : sum
    }
}

extension AttemptFailure {
    /// Whether a circuit breaker counts it against the target.
    package var speaksAgainstTarget: Bool {
        switch kind {
        case .connect, .reset, .timeout, .afterFirstByte, .unreadable: true
        case .status(let status): status >= 500 || status == 429 || status == 401 || status == 402 || status == 403
        case .unusable, .unprocessed: false
        }
    }
}

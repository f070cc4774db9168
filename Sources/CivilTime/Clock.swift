import Glibc

/// The clocks of the system. Whatever can be tested takes its time as a parameter; these are read at the edges.
package enum Clock {
    /// Milliseconds since 1970, UTC. May jump when somebody sets the clock.
    package static func utcMilliseconds() -> Int64 {
        let now = read(CLOCK_REALTIME)
        return Int64(now.tv_sec) * 1_000 + Int64(now.tv_nsec) / 1_000_000
    }

    /// Nanoseconds since some moment in the past, the same for the whole process. Never goes back.
    package static func monotonicNanoseconds() -> Int64 {
        let now = read(CLOCK_MONOTONIC)
        return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
    }

    private static func read(_ clock: clockid_t) -> timespec {
        var now = timespec()
        clock_gettime(clock, &now)  // fails for unknown clocks only
        return now
    }
}

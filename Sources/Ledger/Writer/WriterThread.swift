import Glibc

/// Runs `body` on a thread of its own, which nobody waits for.
func startThread(_ body: sending @escaping () -> Void) throws(LedgerError) {
    final class Start {
        let body: () -> Void
        init(_ body: @escaping () -> Void) { self.body = body }
    }
    let start = Unmanaged.passRetained(Start(body))
    var thread = pthread_t()
    let code = pthread_create(
        &thread, nil,
        { context in
            guard let context else { return nil }
            Unmanaged<Start>.fromOpaque(context).takeRetainedValue().body()
            return nil
        }, start.toOpaque())
    guard code == 0 else {
        start.release()
        throw LedgerError(.unavailable, "pthread_create: \(String(cString: strerror(code))) (errno \(code))")
    }
    pthread_detach(thread)
}

/// Nanoseconds that only grow, for waits.
func monotonicNanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

/// Milliseconds since 1970, for people.
func utcMilliseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
}

extension Duration {
    /// Clamped, so that no configured time can overflow.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflowed) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflowed else { return seconds < 0 ? .min : .max }
        let (sum, carried) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        return carried ? .max : sum
    }
}

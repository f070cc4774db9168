import Glibc
import Synchronization

/// What other threads may know about the writer.
final class WriterStatus: Sendable {
    private struct State {
        var failure: LedgerError?
        var since: Int64 = 0
        var isFatal = false
    }

    private let state = Mutex(State())
    private let ill = Atomic(false)
    private let clock = Atomic<Int>(-1)
    let recovered = Atomic(0)
    let commits = Atomic(0)
    let violations = Atomic(0)
    let openHolds = Atomic(0)
    let waiting = Atomic(0)

    /// Called on the writer's thread.
    func begin() {
        var id = clockid_t()
        if pthread_getcpuclockid(pthread_self(), &id) == 0 { clock.store(Int(id), ordering: .relaxed) }
    }

    /// Processor time of the writer's thread, nanoseconds; 0 when it has ended.
    var processorTime: Int64 {
        var time = timespec()
        guard clock_gettime(clockid_t(clock.load(ordering: .relaxed)), &time) == 0 else { return 0 }
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    var health: LedgerHealth {
        guard ill.load(ordering: .acquiring) else { return .healthy }
        return state.withLock { state in
            state.failure.map { .unavailable($0, since: state.since) } ?? .healthy
        }
    }

    var isUnavailable: Bool { ill.load(ordering: .relaxed) }
    var unavailable: LedgerError? { isUnavailable ? state.withLock { $0.failure } : nil }
    var isFatal: Bool { isUnavailable && state.withLock { $0.isFatal } }
    var fatalError: LedgerError? { state.withLock { $0.isFatal ? $0.failure : nil } }

    func setUnavailable(_ failure: LedgerError) {
        state.withLock { state in
            if state.failure == nil { state.since = utcMilliseconds() }
            state.failure = failure
        }
        ill.store(true, ordering: .releasing)
    }

    func setFatal(_ failure: LedgerError) {
        setUnavailable(failure)
        state.withLock { $0.isFatal = true }
    }

    func setHealthy() {
        state.withLock { $0 = State() }
        ill.store(false, ordering: .releasing)
    }
}

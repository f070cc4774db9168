import CLinux
import Glibc
import Inference
import Synchronization

/// The queue in front of the writer. Any thread may push; the writer alone takes.
///
/// A push costs a system call only when the writer sleeps.
final class Inbox: Sendable {
    private struct State {
        var jobs: [Job] = []
        var records = 0
        var isAsleep = false
        /// Why nothing more is taken in.
        var end: LedgerError?
    }

    private let state = Mutex(State())
    private let bell: CInt
    private let recordLimit: Int
    /// Records of requests that reached no target, dropped because the queue was full.
    ///
    /// Of others none is: until their end is noted, their key stands for a request that runs. They cannot become too many,
    /// since each waited for its hold before.
    let dropped = Atomic(0)

    init(recordLimit: Int) throws(LedgerError) {
        self.recordLimit = recordLimit
        bell = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard bell >= 0 else { throw LedgerError(.unavailable, "eventfd: \(lastSystemError())") }
    }

    deinit { Glibc.close(bell) }

    /// Queues a job; returns why not when the writer has ended.
    func push(_ job: Job) -> LedgerError? {
        let (refusal, wake): (LedgerError?, Bool) = state.withLock { state in
            if let end = state.end { return (end, false) }
            if case .record(let end) = job, end.outcome == .refused {
                guard state.records < recordLimit else {
                    dropped.add(1, ordering: .relaxed)
                    return (nil, false)
                }
                state.records += 1
            }
            state.jobs.append(job)
            defer { state.isAsleep = false }
            return (nil, state.isAsleep)
        }
        if wake { ring() }
        return refusal
    }

    /// Exchanges `jobs`, which must be empty, for all that is queued; sleeps up to `timeout` if there is nothing.
    ///
    /// - Parameter timeout: milliseconds; negative: until there is something.
    func take(_ jobs: inout [Job], timeout: CInt) {
        if swap(&jobs, sleepIfEmpty: timeout != 0) || timeout == 0 { return }
        var entry = pollfd(fd: bell, events: Int16(POLLIN), revents: 0)
        _ = poll(&entry, 1, timeout)
        var count: UInt64 = 0
        _ = read(bell, &count, 8)
        _ = swap(&jobs, sleepIfEmpty: false)
    }

    /// Refuses what comes from now on, and returns what is queued.
    func end(_ error: LedgerError) -> [Job] {
        state.withLock { state in
            state.end = error
            defer { state.jobs = [] }
            return state.jobs
        }
    }

    private func swap(_ jobs: inout [Job], sleepIfEmpty: Bool) -> Bool {
        state.withLock { state in
            Swift.swap(&state.jobs, &jobs)
            state.records = 0
            state.isAsleep = jobs.isEmpty && sleepIfEmpty
        }
        return !jobs.isEmpty
    }

    private func ring() {
        var one: UInt64 = 1
        _ = write(bell, &one, 8)
    }
}

import CLinux
import Glibc
import Synchronization

/// A thread that owns `State`, and the queue of what it shall do with it, in order.
final class WorkQueue<State>: Sendable {
    private struct Inbox {
        var jobs: [@Sendable (State) -> Void] = []
        var isEnded = false
    }

    private let inbox = Mutex(Inbox())
    private let bell: CInt

    /// Hands `state` to a thread of its own.
    init(_ state: sending State) throws(LedgerError) {
        bell = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard bell >= 0 else { throw LedgerError(.unavailable, "eventfd: \(lastSystemError())") }
        try startThread { [self] in run(state) }
    }

    deinit { Glibc.close(bell) }

    /// Queues a job; returns false when the queue has ended.
    @discardableResult
    func push(_ job: @escaping @Sendable (State) -> Void) -> Bool {
        let isTaken = inbox.withLock { inbox in
            guard !inbox.isEnded else { return false }
            inbox.jobs.append(job)
            return true
        }
        if isTaken { ring() }
        return isTaken
    }

    /// Ends the thread once it has done what is queued.
    func end() {
        inbox.withLock { $0.isEnded = true }
        ring()
    }

    private func run(_ state: State) {
        while true {
            let (jobs, isEnded) = inbox.withLock { inbox in
                defer { inbox.jobs = [] }
                return (inbox.jobs, inbox.isEnded)
            }
            for job in jobs { job(state) }
            if jobs.isEmpty {
                if isEnded { return }
                sleep()
            }
        }
    }

    private func sleep() {
        var entry = pollfd(fd: bell, events: Int16(POLLIN), revents: 0)
        _ = poll(&entry, 1, -1)
        var count: UInt64 = 0
        _ = read(bell, &count, 8)
    }

    private func ring() {
        var one: UInt64 = 1
        _ = write(bell, &one, 8)
    }
}

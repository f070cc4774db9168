import Glibc
import Synchronization

/// Runs the jobs of one event loop, on its thread, in the order in which they came.
///
/// It is the actor's serial executor and also the tasks' preferred one: a continuation resumes on no particular executor,
/// which is then this one and not a thread of the global pool that would only pass the job on.
///
/// `Sendable`, and checked: it holds constants, a `Mutex` and an `Atomic`.
final class LoopExecutor: SerialExecutor, TaskExecutor {
    private struct Inbox {
        var jobs: [UnownedJob] = []
        /// An empty array with room: jobs come by the million, so their arrays take turns.
        var spare: [UnownedJob] = []
        /// True from the moment the loop found nothing to do until somebody wakes it.
        var isAsleep = false
    }

    private let inbox = Mutex(Inbox())
    private let thread = Atomic<UInt>(0)
    private let alarm: AlarmBell

    init(alarm: AlarmBell) {
        self.alarm = alarm
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let mustWake = inbox.withLock { inbox in
            inbox.jobs.append(job)
            defer { inbox.isAsleep = false }
            return inbox.isAsleep
        }
        if mustWake { alarm.ring() }
    }

    /// Called by the loop before it waits. Returns false when jobs are there, so that it must not block.
    func fallAsleep() -> Bool {
        inbox.withLock { inbox in
            inbox.isAsleep = inbox.jobs.isEmpty
            return inbox.isAsleep
        }
    }

    /// Called by the loop when its wait is over: it will look for jobs before the next, so nobody needs to wake it.
    func stayAwake() {
        inbox.withLock { $0.isAsleep = false }
    }

    /// Runs what is queued and what that queues, for a bounded number of rounds so that descriptors get their turn.
    func runJobs() {
        var done: [UnownedJob] = []
        for _ in 0..<16 {
            let jobs = inbox.withLock { inbox in
                swap(&inbox.jobs, &inbox.spare)
                swap(&inbox.spare, &done)
                return done
            }
            if jobs.isEmpty { return }
            for job in jobs {
                job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
            }
            done.removeAll(keepingCapacity: true)
        }
    }

    func adoptCurrentThread() {
        thread.store(UInt(pthread_self()), ordering: .relaxed)
    }

    func isIsolatingCurrentContext() -> Bool? {
        thread.load(ordering: .relaxed) == UInt(pthread_self())
    }

    func checkIsolated() {
        precondition(isIsolatingCurrentContext() == true, "this belongs to another event loop's thread")
    }
}

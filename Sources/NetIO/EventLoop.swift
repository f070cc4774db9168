import CLinux
import Glibc
import Synchronization

/// One thread, one epoll set, and the tasks that run on it.
///
/// The handle is `Sendable`; what the loop looks after is reached through its ``Reactor``, inside ``run(_:)``. A task that
/// starts there stays there: `async` functions are written as if there were no threads, and what they share on the loop
/// needs no lock.
package actor EventLoop {
    private nonisolated let executor: LoopExecutor
    private nonisolated let isStopping = Atomic<Bool>(false)
    private nonisolated let alarm: AlarmBell
    private let reactor: Reactor

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Makes a loop; ``runOnCurrentThread()`` or ``start(name:)`` makes it turn.
    package init() throws(SystemError) {
        let alarm = try AlarmBell()
        self.alarm = alarm
        executor = LoopExecutor(alarm: alarm)
        reactor = try Reactor(alarm: alarm)
    }

    /// Runs `job` on the loop's thread, where it may use the reactor.
    package func run<Result: Sendable, Failure: Error>(
        _ job: @Sendable (Reactor) async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        // With the preference a continuation resumes on this loop; without, it passes through the global pool first.
        try await withTaskExecutorPreference(executor) { () async throws(Failure) -> Result in try await job(reactor) }
    }

    /// Runs `job` on the loop's thread, in one piece.
    package func perform<Result: Sendable>(_ job: @Sendable (Reactor) throws -> Result) rethrows -> Result {
        try job(reactor)
    }

    /// Makes a thread that turns the loop until ``stop()``.
    ///
    /// - Parameter name: as `top -H` shows it; at most 15 bytes.
    package nonisolated func start(name: String) -> LoopThread {
        LoopThread { [self] in
            llmgw_name_thread(name)
            runOnCurrentThread()
        }
    }

    /// Ends the loop after the turn that is under way. From any thread.
    package nonisolated func stop() {
        isStopping.store(true, ordering: .releasing)
        alarm.ring()
    }

    /// Turns the loop until ``stop()``.
    package nonisolated func runOnCurrentThread() {
        executor.adoptCurrentThread()
        while !isStopping.load(ordering: .acquiring) {
            let mayBlock = executor.fallAsleep()
            assumeIsolated { loop in
                loop.reactor.turn(mayBlock: mayBlock, awake: executor.stayAwake)
                loop.startSpawned()
            }
            executor.runJobs()
        }
    }

    /// Starts what callbacks left with `Reactor.spawn`. Here the compiler can see that those closures stay on this loop.
    private func startSpawned() {
        for work in reactor.takeSpawned() {
            Task.immediate(executorPreference: executor) { await work() }
        }
    }
}

/// A thread that can be waited for.
package struct LoopThread: Sendable {
    private let thread: pthread_t

    init(_ body: @escaping @Sendable () -> Void) {
        final class Box: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var thread = pthread_t()
        let box = Unmanaged.passRetained(Box(body))
        let status = pthread_create(
            &thread, nil,
            { pointer in
                if let pointer { Unmanaged<Box>.fromOpaque(pointer).takeRetainedValue().body() }
                return nil
            }, box.toOpaque())
        precondition(status == 0, "pthread_create: \(String(cString: strerror(status)))")
        self.thread = thread
    }

    /// Returns when the thread has ended. Call it once.
    package func join() {
        pthread_join(thread, nil)
    }
}

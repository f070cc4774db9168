import CLinux
import Glibc

/// Told when its descriptor is ready. Runs on the loop's thread, and must not block.
package protocol ReadinessHandler: AnyObject {
    func ready(_ readiness: Readiness)
}

/// What one event loop looks after: descriptors, timers, and tasks to start.
///
/// Not `Sendable`: it is made by its ``EventLoop`` and never leaves the loop's thread, and neither does any object that
/// holds it. So a connection, its parser and its transfers need no lock, and the compiler refuses to share them.
package final class Reactor {
    private struct Registration {
        var generation: UInt32
        var handler: any ReadinessHandler
    }

    private let poller: Poller
    /// Indexed by descriptor.
    private var registrations: [Registration?] = []
    private var nextGeneration: UInt32 = 0
    private var timers = TimerQueue()
    private var spawned: [() async -> Void] = []
    /// Actions for the end of this turn of the loop.
    private var deferred: [() -> Void] = []

    /// What the loop's owner keeps on it, from one ``EventLoop/run(_:)`` to the next.
    package var resident: AnyObject?

    /// The monotonic time at which this turn of the loop began, in nanoseconds. Good to a millisecond or so.
    package private(set) var now: UInt64 = MonotonicClock.nanoseconds

    init(alarm: AlarmBell) throws(SystemError) {
        poller = try Poller(alarm: alarm)
    }

    // MARK: Descriptors

    /// Calls `handler` whenever `descriptor` is ready for `interest`; keeps `handler` alive until ``deregister(_:)``.
    package func register(
        _ descriptor: CInt, _ interest: Readiness, _ handler: any ReadinessHandler
    ) throws(SystemError) {
        nextGeneration &+= 1
        let index = Int(descriptor)
        try poller.add(descriptor, interest, token: token(descriptor, nextGeneration))
        while registrations.count <= index { registrations.append(nil) }
        registrations[index] = Registration(generation: nextGeneration, handler: handler)
    }

    package func modify(_ descriptor: CInt, _ interest: Readiness) throws(SystemError) {
        guard let registration = registration(of: descriptor) else { return }
        try poller.modify(descriptor, interest, token: token(descriptor, registration.generation))
    }

    /// Call it before the descriptor is closed. Without a registration it does nothing.
    package func deregister(_ descriptor: CInt) {
        guard registration(of: descriptor) != nil else { return }
        registrations[Int(descriptor)] = nil
        poller.remove(descriptor)
    }

    private func registration(of descriptor: CInt) -> Registration? {
        let index = Int(descriptor)
        return registrations.indices.contains(index) ? registrations[index] : nil
    }

    /// The generation tells an event for a closed descriptor from one for its successor with the same number.
    private func token(_ descriptor: CInt, _ generation: UInt32) -> UInt64 {
        UInt64(generation) << 32 | UInt64(UInt32(bitPattern: descriptor))
    }

    // MARK: Timers

    /// Runs `action` on this loop once, after `delay`, to about a millisecond.
    @discardableResult
    package func schedule(after delay: Duration, _ action: @escaping () -> Void) -> TimerID {
        let (seconds, attoseconds) = delay.components
        let nanoseconds = max(0, min(seconds, 1 << 32)) * 1_000_000_000 + max(0, attoseconds / 1_000_000_000)
        return timers.schedule(at: MonotonicClock.nanoseconds &+ UInt64(nanoseconds), action)
    }

    package func cancel(_ timer: TimerID) {
        timers.cancel(timer)
    }

    /// Suspends the calling task for `delay`. Not ended early by cancellation.
    package func sleep(for delay: Duration) async {
        await withUnsafeContinuation { continuation in
            schedule(after: delay) { continuation.resume() }
        }
    }

    // MARK: Work

    /// Starts `work` as a task on this loop, soon: in this turn, after the current callback.
    ///
    /// It may hold whatever lives on this loop, since it never runs anywhere else. But Swift 6.3.1 wrongly gives an
    /// `async` closure with `[self]` in its capture list to the global pool: write `self.` inside it instead.
    package func spawn(_ work: @escaping () async -> Void) {
        spawned.append(work)
    }

    /// Runs `action` at the end of this turn, after all callbacks: for what is better done once than often.
    package func atEndOfTurn(_ action: @escaping () -> Void) {
        deferred.append(action)
    }

    // MARK: The loop's own calls

    func takeSpawned() -> [() async -> Void] {
        guard !spawned.isEmpty else { return [] }
        defer { spawned = [] }
        return spawned
    }

    /// Waits for events and calls their handlers, then what is due.
    ///
    /// - Parameter awake: called between the two: from then on nobody needs to ring for new jobs.
    func turn(mayBlock: Bool, awake: () -> Void) {
        // A task may have left work since the last turn; nobody would ring for it.
        let isIdle = spawned.isEmpty && deferred.isEmpty
        let events = poller.wait(timeout: mayBlock && isIdle ? timeout() : 0)
        awake()
        now = MonotonicClock.nanoseconds
        for event in events { dispatch(event) }
        while let action = timers.popDue(at: now) { action() }
        runDeferred()
    }

    func runDeferred() {
        while !deferred.isEmpty {
            let actions = deferred
            deferred = []
            for action in actions { action() }
        }
    }

    private func dispatch(_ event: epoll_event) {
        let token = event.data.u64
        if token == Poller.alarmToken { return poller.silenceAlarm() }
        let descriptor = CInt(truncatingIfNeeded: token)
        guard let registration = registration(of: descriptor),
            registration.generation == UInt32(truncatingIfNeeded: token >> 32)
        else { return }
        registration.handler.ready(Readiness(rawValue: event.events))
    }

    /// Milliseconds until the next timer, rounded up so that the loop does not spin before it.
    private func timeout() -> CInt {
        guard let next = timers.nextTime else { return -1 }
        let current = MonotonicClock.nanoseconds
        guard next > current else { return 0 }
        return CInt(clamping: (next - current + 999_999) / 1_000_000)
    }
}

import NetIO

/// Looks at the deadlines of all transfers now and then: one timer for all of them, none for a request.
///
/// Deadlines mostly move away from now as bytes arrive, so a sweep at the earliest known one, at most a second ahead,
/// misses none; whoever sets an earlier one says so with ``expect(_:)``.
final class DeadlineSweeper {
    private static let shortest: UInt64 = 2_000_000
    private static let longest: UInt64 = 1_000_000_000

    private let reactor: Reactor
    private var next: (time: UInt64, timer: TimerID)?
    /// Ends what is over at the given time; returns the earliest deadline of the others, nil when there are none.
    var sweep: (UInt64) -> UInt64? = { _ in nil }

    init(reactor: Reactor) {
        self.reactor = reactor
    }

    func expect(_ deadline: UInt64) {
        if let next {
            guard deadline < next.time else { return }
            reactor.cancel(next.timer)
        }
        let now = MonotonicClock.nanoseconds
        let time = min(max(deadline, now + DeadlineSweeper.shortest), now + DeadlineSweeper.longest)
        let timer = reactor.schedule(after: .nanoseconds(Int64(clamping: time - now))) { [weak self] in self?.fire() }
        next = (time, timer)
    }

    func stop() {
        if let next { reactor.cancel(next.timer) }
        next = nil
    }

    private func fire() {
        next = nil
        if let earliest = sweep(MonotonicClock.nanoseconds) { expect(earliest) }
    }
}

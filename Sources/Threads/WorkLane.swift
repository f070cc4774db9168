import Synchronization

/// Runs what blocks on threads of its own, so many at once and the others in their order.
///
/// Who waits for it holds no thread. The pool that tasks share has one thread a processor: work that blocks there stops
/// every task that has no other place to run.
package final class WorkLane: Sendable {
    private struct State {
        var threads = 0
        var waiting: [@Sendable () -> Void] = []
    }

    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter threads: at least 1. None is kept while there is nothing to do.
    package init(threads: Int) {
        limit = threads
    }

    /// Returns what `work` comes to, or throws its error.
    package func run<Value: Sendable, Failure: Error>(
        _ work: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let result = await withCheckedContinuation { continuation in
            enter { continuation.resume(returning: Result { () throws(Failure) in try work() }) }
        }
        return try result.get()
    }

    private func enter(_ work: @escaping @Sendable () -> Void) {
        let needsThread = state.withLock { state in
            state.waiting.append(work)
            guard state.threads < limit else { return false }
            state.threads += 1
            return true
        }
        guard needsThread else { return }
        guard let thread = WorkThread({ self.drain() }) else {
            // The system has no thread to give: late is better than never.
            Task.detached { self.drain() }
            return
        }
        thread.detach()
    }

    /// Works until nothing waits.
    private func drain() {
        while let work = next() { work() }
    }

    private func next() -> (@Sendable () -> Void)? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.threads -= 1
                return nil
            }
            return state.waiting.removeFirst()
        }
    }
}

/// The one task that waits on a transfer. Whoever waits is resumed exactly once: waking takes the continuation out.
///
/// Several wakes before the task runs are one, so a waiter looks again at what it waits for.
final class Reader {
    private var continuation: UnsafeContinuation<Void, Never>?

    /// Suspends the calling task until ``wake()``.
    func wait() async {
        precondition(continuation == nil, "only one task at a time waits on a transfer")
        await withUnsafeContinuation { continuation = $0 }
    }

    func wake() {
        guard let waiter = continuation else { return }
        continuation = nil
        waiter.resume()
    }
}

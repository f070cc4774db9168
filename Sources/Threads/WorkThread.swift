import Glibc

/// A thread for one piece of work, which can be waited for.
package struct WorkThread: Sendable {
    private let thread: pthread_t

    /// Starts the work. Nil when the system has no thread to give; then nothing runs.
    package init?(_ work: @escaping @Sendable () -> Void) {
        final class Box: Sendable {
            let work: @Sendable () -> Void
            init(_ work: @escaping @Sendable () -> Void) { self.work = work }
        }
        let box = Unmanaged.passRetained(Box(work))
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { pointer in
                if let pointer { Unmanaged<Box>.fromOpaque(pointer).takeRetainedValue().work() }
                return nil
            }, box.toOpaque())
        guard status == 0 else {
            box.release()
            return nil
        }
        self.thread = thread
    }

    /// Returns when the work is done. Call one of the two, once.
    package func join() { pthread_join(thread, nil) }

    /// Lets the thread end unseen.
    package func detach() { pthread_detach(thread) }
}

import Synchronization

/// How the last look at the repository of prompts went. Safe to use from all threads.
package final class PromptSync: Sendable {
    private let reason = Mutex<String?>(nil)

    /// Why the newest prompts are not served; nil when they are.
    package var failure: String? { reason.withLock { $0 } }

    /// Returns whether this is news.
    package func note(_ failure: String?) -> Bool {
        reason.withLock { reason in
            defer { reason = failure }
            return reason != failure
        }
    }
}

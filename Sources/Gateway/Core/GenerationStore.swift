import Synchronization

/// Holds the generation that new requests get. Safe to use from all threads.
package final class GenerationStore: Sendable {
    private let generation: Mutex<Generation>

    package init(_ first: Generation) {
        generation = Mutex(first)
    }

    package var current: Generation { generation.withLock { $0 } }

    /// From the next request on. Requests under way keep theirs.
    package func replace(with next: Generation) {
        generation.withLock { $0 = next }
    }
}

package import PluginKit
import Synchronization

/// Carries events from wherever they happen to the plugins that want to hear of them, in order.
///
/// Posting never waits: when a slow plugin has let too many gather, further ones are dropped and counted.
package final class EventQueue: Sendable {
    private static let limit = 1_000

    private let stream: AsyncStream<GatewayEvent>
    private let continuation: AsyncStream<GatewayEvent>.Continuation
    private let drops = Atomic(0)

    package init() {
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(EventQueue.limit))
    }

    /// Events that no plugin was told of because too many waited.
    package var dropped: Int { drops.load(ordering: .relaxed) }

    /// From any thread.
    package func post(_ event: GatewayEvent) {
        if case .dropped = continuation.yield(event) { drops.add(1, ordering: .relaxed) }
    }

    /// Hands events to the plugins of the generation that serves at the time, one after the other, until ``end()``.
    package func deliver(to generations: GenerationStore) async {
        for await event in stream { await generations.current.plugins.event(event) }
    }

    package func end() { continuation.finish() }
}

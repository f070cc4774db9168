/// Wakes the ``AlertDesk``: rung by the ledger's thread when it has written alerts. Ringing never waits.
package final class AlertBell: Sendable {
    let rings: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    package init() {
        (rings, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    package func ring() { continuation.yield() }

    func end() { continuation.finish() }
}

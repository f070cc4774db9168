import Synchronization

/// Carries bytes out of a task.
final class AnswerSlot: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    func put(_ answer: [UInt8]) { bytes.withLock { $0 = answer } }
    func take() -> [UInt8] { bytes.withLock { $0 } }
}

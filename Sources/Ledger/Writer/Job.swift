import Inference
import Synchronization

/// What the writer is asked to do.
enum Job: Sendable {
    case admit(AdmitJob)
    case extend(ExtendJob)
    case settle(SettleJob)
    case record(RequestEnd)
    /// A small write of its own, in the batch's transaction.
    case write(WriteJob)
    /// Something that needs the connection outside of a transaction.
    case direct(@Sendable (Writer) -> Void)
    /// A waiting task was cancelled: look at the waiting line.
    case lookAgain
    case close(UnsafeContinuation<Void, Never>?)
}

/// An attempt that wants a hold, and whoever waits for the answer.
final class AdmitJob: Sendable {
    let hold: HoldRequest
    let withdrawal: Withdrawal
    private let continuation: UnsafeContinuation<AdmitResult, Never>
    private let isAnswered = Atomic(false)

    init(_ hold: HoldRequest, _ withdrawal: Withdrawal, _ continuation: UnsafeContinuation<AdmitResult, Never>) {
        self.hold = hold
        self.withdrawal = withdrawal
        self.continuation = continuation
    }

    /// Answers the caller; only the first answer counts.
    func answer(_ result: AdmitResult) {
        guard !isAnswered.exchange(true, ordering: .relaxed) else { return }
        continuation.resume(returning: result)
    }
}

/// A running attempt that wants a larger hold, and whoever waits for the answer.
final class ExtendJob: Sendable {
    let wish: HoldExtension
    private let continuation: UnsafeContinuation<ExtendResult, Never>
    private let isAnswered = Atomic(false)

    init(_ wish: HoldExtension, _ continuation: UnsafeContinuation<ExtendResult, Never>) {
        self.wish = wish
        self.continuation = continuation
    }

    /// Answers the caller; only the first answer counts.
    func answer(_ result: ExtendResult) {
        guard !isAnswered.exchange(true, ordering: .relaxed) else { return }
        continuation.resume(returning: result)
    }
}

/// Says that whoever waited has left.
final class Withdrawal: Sendable {
    private let flag = Atomic(false)

    var isWithdrawn: Bool { flag.load(ordering: .acquiring) }

    func withdraw() { flag.store(true, ordering: .releasing) }
}

/// An attempt's end. Its caller may be told early that the commit is late; the settlement stays queued.
final class SettleJob: Sendable {
    let end: AttemptEnd
    let closing: RequestEnd?
    private let continuation: Mutex<UnsafeContinuation<Result<SettleResult, LedgerError>, Never>?>

    init(
        _ end: AttemptEnd, _ closing: RequestEnd?,
        _ continuation: UnsafeContinuation<Result<SettleResult, LedgerError>, Never>
    ) {
        self.end = end
        self.closing = closing
        self.continuation = Mutex(continuation)
    }

    /// Answers the caller; only the first answer counts.
    func answer(_ result: Result<SettleResult, LedgerError>) {
        let waiting = continuation.withLock { waiting in
            defer { waiting = nil }
            return waiting
        }
        waiting?.resume(returning: result)
    }
}

/// A small write: `body` runs in the transaction and returns what to do after the commit.
final class WriteJob: Sendable {
    let body: @Sendable (Writer) throws -> @Sendable () -> Void
    let fail: @Sendable (LedgerError) -> Void

    init(
        _ body: @escaping @Sendable (Writer) throws -> @Sendable () -> Void,
        fail: @escaping @Sendable (LedgerError) -> Void
    ) {
        self.body = body
        self.fail = fail
    }
}

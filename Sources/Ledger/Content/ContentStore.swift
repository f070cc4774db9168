import CSQLite
import Glibc
package import Inference
import Synchronization

/// Answers of the applications that want theirs kept, in a file of its own beside the ledger.
///
/// Nothing that money depends on is here: a write that fails is reported and forgotten, and the file may be deleted while
/// no gateway runs. One thread owns the connection; all methods may be called from any thread.
package final class ContentStore: Sendable {
    /// What is queued for the file may be this much; more is dropped and counted.
    private static let queueLimit = 64 << 20

    private let path: String
    private let queue: WorkQueue<ContentFile>
    private let report: @Sendable (LedgerError) -> Void
    private let queued = Atomic(0)

    /// Starts the thread. The file is made with the first answer, 0600 in a folder of 0700.
    ///
    /// - Parameters:
    ///   - retention: how long an answer is kept, in milliseconds.
    ///   - report: called on the store's thread for each answer that could not be kept, with why.
    package init(
        _ path: String, retention: Int64, report: @escaping @Sendable (LedgerError) -> Void
    ) throws(LedgerError) {
        self.path = path
        self.report = report
        queue = try WorkQueue(ContentFile(path, retention: retention))
    }

    deinit { queue.end() }

    /// Queues an answer for the file, and does not wait for it.
    package func store(_ answer: StoredAnswer) {
        let size = answer.body.count
        guard queued.add(size, ordering: .relaxed).newValue <= ContentStore.queueLimit else {
            queued.subtract(size, ordering: .relaxed)
            return report(LedgerError(.unavailable, "\(path): more answers wait to be kept than the disk can take"))
        }
        queue.push { file in
            do {
                try file.insert(answer)
            } catch {
                self.report(LedgerError(.unavailable, "\(self.path): \(error)"))
            }
            self.queued.subtract(size, ordering: .relaxed)
        }
    }

    /// Returns the answer of a request, or nil when it was not kept, or not kept long enough.
    ///
    /// What was queued before is seen.
    package func answer(of request: RequestID) async -> StoredAnswer? {
        await withUnsafeContinuation { continuation in
            let isQueued = queue.push { file in continuation.resume(returning: try? file.find(request)) }
            if !isQueued { continuation.resume(returning: nil) }
        }
    }

    /// Writes what is queued and gives the file back.
    package func close() async {
        await withUnsafeContinuation { continuation in
            let isQueued = queue.push { file in
                file.close()
                continuation.resume()
            }
            if !isQueued { continuation.resume() }
        }
        queue.end()
    }
}

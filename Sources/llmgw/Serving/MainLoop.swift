import NetIO
import Synchronization

/// Runs `async` code on an event loop that turns on the calling thread, and returns what it came to.
enum MainLoop {
    static func run(_ body: @escaping @Sendable (Reactor) async throws -> ExitCode) throws -> ExitCode {
        let loop = try EventLoop()
        let outcome = Mutex<Result<ExitCode, any Error>?>(nil)
        Task {
            let result: Result<ExitCode, any Error>
            do {
                result = .success(try await loop.run(body))
            } catch {
                result = .failure(error)
            }
            outcome.withLock { $0 = result }
            loop.stop()
        }
        loop.runOnCurrentThread()
        guard let result = outcome.withLock({ $0 }) else { throw Failure(.failure, "the main loop ended too early") }
        return try result.get()
    }
}

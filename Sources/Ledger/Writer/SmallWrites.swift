/// Small writes go through the writer's queue like all others, each whole or not at all.
extension LedgerWriter {
    /// Runs `body` on the writer's thread in a transaction, and returns its value when that is durable.
    func perform<Value: Sendable>(
        _ body: @escaping @Sendable (Writer) throws -> Value
    ) async throws(LedgerError) -> Value {
        let result: Result<Value, LedgerError> = await withUnsafeContinuation { continuation in
            let job = WriteJob { writer in
                let value = try body(writer)
                return { continuation.resume(returning: .success(value)) }
            } fail: { error in
                continuation.resume(returning: .failure(error))
            }
            if let refusal = inbox.push(.write(job)) { job.fail(refusal) }
        }
        return try result.get()
    }
}

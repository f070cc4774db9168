extension LedgerWriter {
    /// Stores a judgement once for an idempotency id, attributed to the calls that it is about.
    ///
    /// A later judgement of the same thing by the same author supersedes the earlier one; both rows stay.
    package func addFeedback(_ feedback: NewFeedback) async throws(LedgerError) -> FeedbackResult {
        try await perform { writer in try FeedbackTable(writer.connection).add(feedback) }
    }
}

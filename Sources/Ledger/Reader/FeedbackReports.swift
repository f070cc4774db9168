extension LedgerReader {
    /// Returns judgements in the order of their arrival.
    ///
    /// - Parameters:
    ///   - experiment: only those that credit a call of this experiment.
    ///   - from: of their arrival, UTC milliseconds.
    ///   - to: exclusive.
    package func feedback(
        application: String? = nil, metric: String? = nil, experiment: String? = nil, from: Int64? = nil,
        to: Int64? = nil
    ) throws(LedgerError) -> [FeedbackRow] {
        try read {
            try FeedbackTable(connection).all(
                application: application, metric: metric, experiment: experiment, from: from, to: to)
        }
    }
}

import Inference

extension FeedbackTable {
    private static let columns = """
        id, application, key, request, session, metric, number, text, comment, source, author, at, received_at,
          idempotency, body_hash, late, superseded_by, is_boolean
        """

    /// Returns the judgement that an application sent under an idempotency id.
    func find(_ idempotencyID: String, of application: String) throws -> FeedbackRow? {
        let select = try connection.prepare(
            "SELECT \(FeedbackTable.columns) FROM feedback WHERE application=? AND idempotency=?")
        select.bind(1, application)
        select.bind(2, idempotencyID)
        return try select.step() ? row(select) : nil
    }

    /// Returns judgements in the order of their arrival; those of an experiment are those that credit a call of it.
    func all(
        application: String?, metric: String?, experiment: String?, from: Int64?, to: Int64?
    ) throws -> [FeedbackRow] {
        let select = try connection.prepare(
            """
            SELECT \(FeedbackTable.columns) FROM feedback
            WHERE (?1 IS NULL OR application=?1) AND (?2 IS NULL OR metric=?2)
              AND (?3 IS NULL OR EXISTS(SELECT 1 FROM attribution JOIN identity ON identity.id=identity
                WHERE attribution.feedback=feedback.id AND experiment=?3))
              AND (?4 IS NULL OR received_at>=?4) AND (?5 IS NULL OR received_at<?5)
            ORDER BY received_at, id
            """)
        select.bind(1, application)
        select.bind(2, metric)
        select.bind(3, experiment)
        select.bind(4, from)
        select.bind(5, to)
        var rows: [FeedbackRow] = []
        while try select.step() { rows.append(try row(select)) }
        return rows
    }

    private func row(_ select: Statement) throws -> FeedbackRow {
        let target: FeedbackTarget =
            if let session = select.optionalText(4) { .session(session) } else { .request(select.requestID(3)) }
        var feedback = NewFeedback(
            id: select.text(0), application: select.text(1), key: select.text(2), target: target,
            metric: select.text(5), at: select.integer(11), receivedAt: select.integer(12), bodyHash: select.bytes(14))
        feedback.number = select.optionalDouble(6)
        feedback.isBoolean = select.integer(17) != 0
        feedback.text = select.optionalText(7)
        feedback.comment = select.optionalText(8)
        feedback.source = select.optionalText(9)
        feedback.author = select.optionalText(10)
        feedback.idempotencyID = select.optionalText(13)
        return FeedbackRow(
            feedback: feedback, late: select.integer(15) != 0, supersededBy: select.optionalText(16),
            attributedTo: try attributions(of: feedback.id))
    }

    private func attributions(of feedback: String) throws -> [Attribution] {
        let select = try connection.prepare(
            "SELECT request, identity, unit FROM attribution WHERE feedback=? ORDER BY request")
        select.bind(1, feedback)
        var found: [Attribution] = []
        while try select.step() {
            let credit = Credit(
                request: select.requestID(0), identity: select.integer(1), unit: select.optionalBytes(2))
            found.append(try attribution(credit))
        }
        return found
    }
}

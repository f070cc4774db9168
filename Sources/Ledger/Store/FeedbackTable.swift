import Inference

/// The rows of judgements and of what they credit.
struct FeedbackTable {
    let connection: Connection
    private let identities: IdentityReader

    init(_ connection: Connection) throws(SQLiteError) {
        self.connection = connection
        identities = try IdentityReader(connection, PriceTable(connection))
    }

    func add(_ feedback: NewFeedback) throws -> FeedbackResult {
        if let id = feedback.idempotencyID, let first = try find(id, of: feedback.application) {
            return first.feedback.bodyHash == feedback.bodyHash ? .existing(first) : .conflict
        }
        let credited = try credited(by: feedback)
        guard let newest = credited.map(\.request.milliseconds).max() else { return .notFound }
        let age = feedback.receivedAt.addingClamped(-newest)
        if let accepted = feedback.acceptedForMs, age > accepted { return .notFound }
        let late = feedback.windowMs.map { feedback.at.addingClamped(-newest) > $0 } ?? false
        try insert(feedback, late: late)
        try supersede(by: feedback)
        for credit in credited { try insert(credit, feedback.id) }
        let calls = try credited.map(attribution)
        return .created(FeedbackRow(feedback: feedback, late: late, supersededBy: nil, attributedTo: calls))
    }

    /// A call and the number of its identity.
    struct Credit {
        var request: RequestID
        var identity: Int64
        var unit: [UInt8]?
    }

    /// The calls of the application that the judgement is about. A running request is known by its attempts.
    private func credited(by feedback: NewFeedback) throws -> [Credit] {
        switch feedback.target {
        case .request(let id):
            for table in ["attempt", "hold", "request"] {
                let found = try credits("FROM \(table)", "request=?1", feedback.application) { $0.bind(1, id) }
                if let last = found.last { return [last] }
            }
            return []
        case .session(let session):
            return try credits("FROM attempt", "session=?1", feedback.application) { $0.bind(1, session) }
        }
    }

    private func credits(
        _ source: String, _ condition: String, _ application: String, _ bind: (Statement) -> Void
    ) throws -> [Credit] {
        let unit = source == "FROM hold" ? "NULL" : "unit"
        let select = try connection.prepare(
            """
            SELECT request, identity, \(unit) \(source) JOIN identity ON identity.id=identity
            WHERE \(condition) AND application=?2 ORDER BY request, attempt LIMIT 10000
            """)
        bind(select)
        select.bind(2, application)
        var found: [Credit] = []
        while try select.step() {
            found.append(
                Credit(request: select.requestID(0), identity: select.integer(1), unit: select.optionalBytes(2)))
        }
        return found
    }

    func attribution(_ credit: Credit) throws -> Attribution {
        let entry = try identities.entry(credit.identity)
        return Attribution(
            request: credit.request, identity: entry.call, provider: entry.provider,
            upstreamModel: entry.upstreamModel, unitHash: credit.unit)
    }
}

extension FeedbackTable {
    private func insert(_ feedback: NewFeedback, late: Bool) throws {
        let insert = try connection.prepare(
            """
            INSERT INTO feedback(id, application, key, request, session, metric, number, text, comment, source, author,
              at, received_at, idempotency, body_hash, late, is_boolean) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
            """)
        insert.bind(1, feedback.id)
        insert.bind(2, feedback.application)
        insert.bind(3, feedback.key)
        feedback.target.bind(to: insert, request: 4, session: 5)
        insert.bind(6, feedback.metric)
        insert.bind(7, feedback.number)
        insert.bind(8, feedback.text)
        insert.bind(9, feedback.comment)
        insert.bind(10, feedback.source)
        insert.bind(11, feedback.author)
        insert.bind(12, feedback.at)
        insert.bind(13, feedback.receivedAt)
        insert.bind(14, feedback.idempotencyID)
        insert.bind(15, feedback.bodyHash)
        insert.bind(16, late)
        insert.bind(17, feedback.isBoolean)
        try insert.run()
    }

    private func insert(_ credit: Credit, _ feedback: String) throws {
        let insert = try connection.prepare("INSERT INTO attribution VALUES(?,?,?,?)")
        insert.bind(1, feedback)
        insert.bind(2, credit.request)
        insert.bind(3, credit.identity)
        insert.bind(4, credit.unit)
        try insert.run()
    }

    /// Marks earlier judgements of the same thing, metric, source and author. Comments stand side by side.
    private func supersede(by feedback: NewFeedback) throws {
        guard feedback.metric != "comment" else { return }
        let target =
            switch feedback.target {
            case .request: "request=?2"
            case .session: "session=?3"
            }
        let update = try connection.prepare(
            """
            UPDATE feedback SET superseded_by=?1 WHERE \(target) AND metric=?4 AND application=?5
              AND source IS ?6 AND author IS ?7 AND superseded_by IS NULL AND id<>?1
            """)
        update.bind(1, feedback.id)
        feedback.target.bind(to: update, request: 2, session: 3)
        update.bind(4, feedback.metric)
        update.bind(5, feedback.application)
        update.bind(6, feedback.source)
        update.bind(7, feedback.author)
        try update.run()
    }
}

extension FeedbackTarget {
    fileprivate func bind(to statement: Statement, request: Int32, session: Int32) {
        switch self {
        case .request(let id):
            statement.bind(request, id)
            statement.bindNull(session)
        case .session(let name):
            statement.bindNull(request)
            statement.bind(session, name)
        }
    }
}

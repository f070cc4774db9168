import CSQLite
import Crypto
import Inference

/// The rows of attempts: in `hold` while they are open, then in `attempt`.
struct AttemptTable {
    private let insertHold: Statement
    private let deleteHold: Statement
    private let updateHold: Statement
    private let updateLine: Statement
    private let insertLine: Statement
    private let closeLine: Statement
    private let supersedeHold: Statement
    private let supersedeAttempt: Statement
    private let insertAttempt: Statement
    private let find: Statement
    /// The greatest request that has a settled attempt: a greater one surely has none.
    private var greatest: RequestID

    init(_ connection: Connection) throws(SQLiteError) {
        insertHold = try connection.prepare(
            """
            INSERT INTO hold(request, attempt, identity, admitted_at, input_max, output_max, bound_nano, period, fx,
              held_nano) VALUES(?,?,?,?,?,?,?,?,?,?)
            """)
        deleteHold = try connection.prepare("DELETE FROM hold WHERE request=? AND attempt=?")
        updateHold = try connection.prepare(
            """
            UPDATE hold SET state=?, seq=?, input_max=?, output_max=?, bound_nano=?, held_nano=?
            WHERE request=? AND attempt=?
            """)
        updateLine = try connection.prepare("UPDATE line SET held_nano=? WHERE request=? AND attempt=? AND period=?")
        insertLine = try connection.prepare(
            "INSERT INTO line(request, attempt, period, fx, held_nano) VALUES(?,?,?,?,?)")
        closeLine = try connection.prepare("UPDATE line SET posted_nano=? WHERE request=? AND attempt=? AND period=?")
        supersedeHold = try connection.prepare("UPDATE hold SET superseded=1 WHERE request=? AND attempt<?")
        supersedeAttempt = try connection.prepare(
            """
            UPDATE attempt SET superseded=1 WHERE request=? AND attempt<? AND superseded=0
            RETURNING admitted_at, identity, cost_nano
            """)
        insertAttempt = try connection.prepare(
            """
            INSERT INTO attempt(request, attempt, identity, superseded, admitted_at, input_max, output_max, bound_nano,
              period, fx, held_nano, posted_nano, state, basis, cost_nano, violation, unpriced, upstream_status,
              upstream_request, error_code, first_byte_ms, duration_ms, served_model, seq, cut, extras, tier,
              request_sha256, geo, endpoint, outcome, status, stream, started_at, total_ms, total_first_byte_ms, session,
              unit, tags, request_error, fallback, max_tokens, clipped_to, degraded_from, cut_by, idempotency_key,
              limit_imposed, user, \(UsageColumns.list))
            VALUES(?\(String(repeating: ",?", count: 47 + UsageColumns.names.count)))
            """)
        find = try connection.prepare("SELECT 1 FROM attempt WHERE request=? AND attempt=?")
        let last = try connection.prepare("SELECT max(request) FROM attempt")
        greatest = try last.step() ? last.requestID(0) : RequestID(high: 0, low: 0)
    }

    /// Returns whether the attempt was settled before.
    func isSettled(_ key: AttemptKey) throws(SQLiteError) -> Bool {
        guard key.request <= greatest else { return false }
        find.bind(1, key.request)
        find.bind(2, key.attempt)
        defer { find.reset() }
        return try find.step()
    }

    func open(_ key: AttemptKey, _ hold: OpenHold) throws(SQLiteError) {
        insertHold.bind(1, key.request)
        insertHold.bind(2, key.attempt)
        insertHold.bind(3, hold.identity)
        insertHold.bind(4, hold.admittedAt)
        insertHold.bind(5, hold.inputMax)
        insertHold.bind(6, hold.outputMax)
        insertHold.bind(7, hold.bound?.nano)
        insertHold.bind(8, hold.lines.first?.period)
        insertHold.bind(9, hold.lines.first?.rate)
        insertHold.bind(10, hold.lines.first?.held)
        try insertHold.run()
        for line in hold.lines.dropFirst() {
            insertLine.bind(1, key.request)
            insertLine.bind(2, key.attempt)
            insertLine.bind(3, line.period)
            insertLine.bind(4, line.rate)
            insertLine.bind(5, line.held)
            try insertLine.run()
        }
    }

    /// Notes on the attempts before `key` that a later one followed; those that are settled leave their roll-ups.
    func supersede(before key: AttemptKey, _ rollups: RollupBook) throws(SQLiteError) {
        guard key.attempt > 1 else { return }
        supersedeHold.bind(1, key.request)
        supersedeHold.bind(2, key.attempt)
        try supersedeHold.run()
        supersedeAttempt.bind(1, key.request)
        supersedeAttempt.bind(2, key.attempt)
        defer { supersedeAttempt.reset() }
        while try supersedeAttempt.step() {
            let place = RollupKey(at: supersedeAttempt.integer(0), identity: supersedeAttempt.integer(1))
            rollups.add(.superseding(unpriced: supersedeAttempt.isNull(2)), to: place)
        }
    }

    /// Writes an open hold as it is now.
    func update(_ key: AttemptKey, _ hold: OpenHold) throws(SQLiteError) {
        updateHold.bind(constant: hold.isFinal ? "final" : "held", 1)
        updateHold.bind(2, Int64(hold.seq))
        updateHold.bind(3, hold.inputMax)
        updateHold.bind(4, hold.outputMax)
        updateHold.bind(5, hold.bound?.nano)
        updateHold.bind(6, hold.lines.first?.held)
        updateHold.bind(7, key.request)
        updateHold.bind(8, key.attempt)
        try updateHold.run()
        for line in hold.lines.dropFirst() {
            updateLine.bind(1, line.held)
            updateLine.bind(2, key.request)
            updateLine.bind(3, key.attempt)
            updateLine.bind(4, line.period)
            try updateLine.run()
        }
    }

    /// Moves an attempt from `hold` to `attempt`, with the request's end if it is the last.
    mutating func close(
        _ end: AttemptEnd, _ hold: OpenHold, _ charge: AttemptCharge, closing: RequestEnd?
    ) throws(SQLiteError) {
        deleteHold.bind(1, end.request)
        deleteHold.bind(2, end.attempt)
        try deleteHold.run()
        for (line, posted) in zip(hold.lines, charge.lines).dropFirst() {
            closeLine.bind(1, posted)
            closeLine.bind(2, end.request)
            closeLine.bind(3, end.attempt)
            closeLine.bind(4, line.period)
            try closeLine.run()
        }
        bindHold(end, hold, charge)
        bindSettlement(end)
        insertAttempt.bind(end: closing, from: 30)
        insertAttempt.bind(48, closing?.user)
        try insertAttempt.run()
        greatest = max(greatest, end.request)
    }

    private func bindHold(_ end: AttemptEnd, _ hold: OpenHold, _ charge: AttemptCharge) {
        insertAttempt.bind(1, end.request)
        insertAttempt.bind(2, end.attempt)
        insertAttempt.bind(3, hold.identity)
        insertAttempt.bind(4, hold.isSuperseded)
        insertAttempt.bind(5, hold.admittedAt)
        insertAttempt.bind(6, hold.inputMax)
        insertAttempt.bind(7, hold.outputMax)
        insertAttempt.bind(8, hold.bound?.nano)
        insertAttempt.bind(9, hold.lines.first?.period)
        insertAttempt.bind(10, hold.lines.first?.rate)
        insertAttempt.bind(11, hold.lines.first?.held)
        insertAttempt.bind(12, charge.lines.first)
        insertAttempt.bind(15, charge.cost)
        insertAttempt.bind(16, charge.violation)
        insertAttempt.bind(24, Int64(hold.seq))
        // What was not billed was not sent, so nothing was cut.
        insertAttempt.bind(25, end.cut && end.settlement.basis != .notBilled)
    }

    private func bindSettlement(_ end: AttemptEnd) {
        let settlement = end.settlement
        switch settlement.basis {
        case .reported: bindState("posted", "reported")
        case .counted: bindState("posted", "counted")
        case .presumed: bindState("presumed", "presumed")
        case .notBilled: bindState("voided", "not_billed")
        }
        insertAttempt.bind(settlement.usage.bounded, from: 49)
        let unpriced = settlement.unpricedClasses
        insertAttempt.bind(17, unpriced.isEmpty ? nil : unpriced.joined(separator: ","))
        insertAttempt.bind(18, end.upstreamStatus)
        insertAttempt.bind(19, end.upstreamRequestID)
        insertAttempt.bind(20, end.errorCode)
        insertAttempt.bind(21, end.firstByteMs)
        insertAttempt.bind(22, end.durationMs)
        insertAttempt.bind(23, end.servedModel)
        insertAttempt.bind(26, UsageExtras.text(settlement.usage.extras))
        insertAttempt.bind(27, settlement.tier.map { $0.utf8.count <= 64 ? $0 : String($0.prefix(64)) })
        insertAttempt.bind(28, end.sentDigest?.bytes)
        insertAttempt.bind(29, settlement.geo.map { $0.utf8.count <= 64 ? $0 : String($0.prefix(64)) })
    }

    private func bindState(_ state: StaticString, _ basis: StaticString) {
        insertAttempt.bind(constant: state, 13)
        insertAttempt.bind(constant: basis, 14)
    }
}

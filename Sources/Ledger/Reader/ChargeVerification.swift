import Inference

/// Recomputes what was charged: cost from usage and price, what each line has posted from cost and rate, the mark of a bound
/// that was violated, and that each line stands in the period of its admission.
///
/// One pass over the attempts and one over their further lines, in the order of the requests; what is kept in memory does
/// not grow with them.
struct ChargeVerification {
    private static let most = 20

    private let connection: Connection
    private let identities: IdentityReader
    /// Costs of attempts that were admitted before are not recomputed: another program has made them, by its own rules.
    private let costsFrom: Int64
    private let furtherViolation: Statement
    private(set) var findings: [Finding] = []

    init(_ connection: Connection, _ identities: IdentityReader, costsFrom: Int64) throws(SQLiteError) {
        self.connection = connection
        self.identities = identities
        self.costsFrom = costsFrom
        furtherViolation = try connection.prepare(
            "SELECT 1 FROM line WHERE request=? AND attempt=? AND posted_nano>held_nano")
    }

    mutating func run() throws {
        let attempts = try connection.prepare(
            """
            SELECT request, attempt, state, cost_nano, bound_nano, attempt.held_nano, attempt.posted_nano, fx, fx_rate.nano,
              violation, admitted_at, starts_at, ends_at, identity, basis, tier, extras, geo,
              \(UsageColumns.list)
            FROM attempt LEFT JOIN fx_rate ON fx_rate.id=fx LEFT JOIN period ON period.id=attempt.period
            """)
        while findings.count < ChargeVerification.most, try attempts.step() {
            let line = ChargedLine(attempts)
            if attempts.integer(10) >= costsFrom { try checkCost(attempts, line) }
            try checkMark(line)
            check(line)
        }
        let further = try connection.prepare(
            """
            SELECT request, attempt, state, cost_nano, bound_nano, line.held_nano, line.posted_nano, line.fx, fx_rate.nano,
              violation, admitted_at, starts_at, ends_at
            FROM line JOIN attempt USING(request, attempt) LEFT JOIN fx_rate ON fx_rate.id=line.fx
              LEFT JOIN period ON period.id=line.period
            """)
        while findings.count < ChargeVerification.most, try further.step() {
            let line = ChargedLine(further)
            if line.isAboveHold, !line.isMarked { report(line, "posted more than it held and is not marked") }
            check(line)
        }
    }

    private mutating func check(_ line: ChargedLine) {
        if let problem = line.problem { report(line, problem) }
    }

    /// The mark says that the cost was above the bound, or a line above its hold; nothing else sets it.
    private mutating func checkMark(_ line: ChargedLine) throws(SQLiteError) {
        let isAbove = line.isAboveBound || line.isAboveHold
        if !line.isMarked {
            if isAbove { report(line, "costs more than its bound or hold and is not marked") }
            return
        }
        guard !isAbove else { return }
        furtherViolation.bind(1, line.request)
        furtherViolation.bind(2, line.attempt)
        defer { furtherViolation.reset() }
        guard try !furtherViolation.step() else { return }
        report(line, "is marked as above its bound and is not")
    }

    private mutating func checkCost(_ row: Statement, _ line: ChargedLine) throws {
        guard line.state == "posted", row.text(14) == Basis.reported.rawValue else { return }
        let entry = try identities.entry(row.integer(13))
        var usage = row.usage(from: 18)
        usage.extras = row.optionalText(16).flatMap(UsageExtras.read)
        let expected: Int64?
        if entry.isFree {
            expected = 0
        } else if let price = entry.price {
            expected = price.charge(for: usage, tier: row.optionalText(15), geo: row.optionalText(17))?.nano
        } else {
            expected = nil
        }
        guard line.cost != expected else { return }
        func text(_ nano: Int64?) -> String { nano.map { Money.decimal(nano: $0) } ?? "unknown" }
        report(line, "cost is \(text(line.cost)), its usage at its price is \(text(expected))")
    }

    private mutating func report(_ line: ChargedLine, _ problem: String) {
        findings.append(Finding(place: "\(line.request) attempt \(line.attempt)", problem: problem))
    }
}

/// One line of a settled attempt, with what its amount follows from. Without a period there is no amount.
private struct ChargedLine {
    var request: RequestID
    var attempt: Int64
    var state: String
    var cost: Int64?
    var bound: Int64?
    var held: Int64?
    var posted: Int64?
    /// Whether it names an exchange rate, and the rate.
    var isConverted: Bool
    var rate: Int64?
    var isMarked: Bool
    var admittedAt: Int64
    var startsAt: Int64?
    var endsAt: Int64?

    init(_ row: Statement) {
        request = row.requestID(0)
        attempt = row.integer(1)
        state = row.text(2)
        (cost, bound) = (row.optionalInteger(3), row.optionalInteger(4))
        (held, posted) = (row.optionalInteger(5), row.optionalInteger(6))
        (isConverted, rate) = (!row.isNull(7), row.optionalInteger(8))
        isMarked = row.integer(9) != 0
        admittedAt = row.integer(10)
        (startsAt, endsAt) = (row.optionalInteger(11), row.optionalInteger(12))
    }

    var isAboveBound: Bool {
        guard state == "posted", let cost, let bound else { return false }
        return cost > bound
    }

    var isAboveHold: Bool {
        guard state == "posted", let posted, let held else { return false }
        return posted > held
    }

    /// What is wrong with it, or nil.
    var problem: String? {
        guard let held, let posted else { return nil }
        if isConverted, rate == nil { return "names an exchange rate that has no row" }
        if let startsAt, let endsAt, admittedAt < startsAt || admittedAt >= endsAt {
            return "was admitted outside of the period that it is charged to"
        }
        let expected = self.expected(held)
        // A charge in another currency than its hold is posted as it was held.
        guard posted != expected, state != "posted" || cost != bound || posted != held else { return nil }
        let texts = (Money.decimal(nano: posted), Money.decimal(nano: expected))
        return "posted is \(texts.0), its cost at its rate is \(texts.1)"
    }

    private func expected(_ held: Int64) -> Int64 {
        switch state {
        case "voided": return 0
        case "presumed": return held
        default:
            guard let cost else { return held }
            guard let rate else { return cost }
            return FXRate(base: .usd, quote: .usd, day: "", nano: rate, source: "").convert(cost) ?? .max
        }
    }
}

import Inference

/// Adds figures up by the keys of a query.
struct CostSum {
    private let query: CostQuery
    private var groups: [[String?]: CostFigures] = [:]
    private var total = CostFigures()
    private var open: Int64 = 0
    /// As in ``CostReport/gaps``.
    var gaps: [Range<Int64>] = []

    init(_ query: CostQuery, _ identities: IdentityReader) {
        self.query = query
    }

    mutating func add(
        _ figures: CostFigures, _ entry: IdentityBook.Entry, day: String?, open: Int64, user: String? = nil
    ) {
        guard query.covers(entry) else { return }
        self.open = self.open.addingClamped(open)
        let key = query.by.map { CostSum.value($0, entry, day, user) }
        groups[key, default: CostFigures()].add(figures)
        total.add(figures)
    }

    var isByUser: Bool { query.by.contains(.user) }

    /// The user of a row of `attempt`: that of its request, which stands on its last attempt.
    var userColumn: String {
        isByUser
            ? """
            ifnull(attempt.user, (SELECT last.user FROM attempt AS last
              WHERE last.request=attempt.request AND last.superseded=0))
            """ : "NULL"
    }

    /// Whether amounts in this currency belong to the report.
    func isAsked(_ currency: Currency) -> Bool { query.currency.map { $0 == currency } ?? true }

    var report: CostReport {
        let rows = groups.map { CostRow(key: $0.key, figures: $0.value) }
        return CostReport(rows: rows.sorted(by: CostSum.precedes), total: total, complete: open == 0, gaps: gaps)
    }

    private static func value(
        _ key: CostKey, _ entry: IdentityBook.Entry, _ day: String?, _ user: String?
    ) -> String? {
        switch key {
        case .application: entry.call.application
        case .day: day
        case .model: entry.call.model
        case .provider: entry.provider
        case .prompt: entry.call.prompt.map { prompt in prompt.version.map { "\(prompt.name)@\($0)" } ?? prompt.name }
        case .experiment: entry.call.variant?.experiment
        case .variant: entry.call.variant?.variant
        case .key: entry.call.key
        case .team: entry.call.team
        case .upstreamModel: entry.upstreamModel
        case .currency: entry.currency?.code
        case .user: user
        }
    }

    /// By key, member after member; what has no value comes first.
    private static func precedes(_ left: CostRow, _ right: CostRow) -> Bool {
        for (one, other) in zip(left.key, right.key) where one != other {
            guard let one else { return true }
            guard let other else { return false }
            return one < other
        }
        return false
    }
}

extension CostFigures {
    package mutating func add(_ other: CostFigures) {
        requests = requests.addingClamped(other.requests)
        attempts = attempts.addingClamped(other.attempts)
        refused = refused.addingClamped(other.refused)
        unpricedRequests = unpricedRequests.addingClamped(other.unpricedRequests)
        usage.add(other.usage)
        cost.merge(other.cost) { $0.addingClamped($1) }
        presumed.merge(other.presumed) { $0.addingClamped($1) }
        corrections.merge(other.corrections) { $0.addingClamped($1) }
    }
}

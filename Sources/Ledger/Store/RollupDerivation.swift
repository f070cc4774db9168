import Inference

/// Adds the rows of attempts, refused requests and corrections up into roll-ups: how they are first made, and checked.
struct RollupDerivation {
    private(set) var figures: [RollupKey: RollupFigures] = [:]
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    /// Makes all roll-ups of a file that has none, inside a transaction.
    static func fill(_ connection: Connection) throws(SQLiteError) {
        let table = try RollupTable(connection)
        var derivation = RollupDerivation(connection)
        try derivation.addAll { derivation throws(SQLiteError) in
            guard derivation.figures.count > 50_000 else { return }
            try derivation.write(to: table)
        }
        try derivation.write(to: table)
    }

    /// Writes what is added up so far, and begins anew.
    private mutating func write(to table: RollupTable) throws(SQLiteError) {
        for (key, sum) in figures { try table.add(sum, to: key) }
        figures.removeAll(keepingCapacity: true)
    }

    private mutating func addAll(
        _ afterEach: (inout RollupDerivation) throws(SQLiteError) -> Void
    ) throws(SQLiteError) {
        let everything = CostSpan(from: .min, to: .max)
        for source in Source.allCases {
            let rows = try connection.prepare(source.query)
            everything.bind(to: rows, skew: .max)
            while try rows.step() {
                add(rows, of: source)
                try afterEach(&self)
            }
        }
    }

    /// Adds what was admitted in `span` and is settled, refused or corrected.
    mutating func add(_ span: CostSpan, skew: Int64) throws(SQLiteError) {
        for source in Source.allCases {
            let rows = try connection.prepare(source.query)
            span.bind(to: rows, skew: skew)
            while try rows.step() { add(rows, of: source) }
        }
    }

    /// Adds open holds, as what they become when a crash has left them: presumed at their bound.
    mutating func addPresumedHolds() throws(SQLiteError) {
        let rows = try connection.prepare("SELECT admitted_at, identity, superseded, bound_nano FROM hold")
        while try rows.step() {
            let figures = RollupFigures.attempt(
                superseded: rows.integer(2) != 0, isPresumed: true, cost: rows.optionalInteger(3), usage: Usage())
            add(figures, to: RollupKey(at: rows.integer(0), identity: rows.integer(1)))
        }
    }

    private mutating func add(_ figures: RollupFigures, to key: RollupKey) {
        self.figures[key, default: RollupFigures()].add(figures)
    }

    private mutating func add(_ row: Statement, of source: Source) {
        let key = RollupKey(at: row.integer(0), identity: row.integer(1))
        switch source {
        case .attempts:
            add(
                .attempt(
                    superseded: row.integer(2) != 0, isPresumed: row.integer(3) != 0, cost: row.optionalInteger(4),
                    usage: row.usage(from: 5)), to: key)
        case .refusals:
            add(.refusal, to: key)
        case .adjustments:
            add(.adjustment(row.integer(2), releasesPresumed: row.integer(3) != 0), to: key)
        }
    }

    /// The tables that have what a roll-up adds up.
    private enum Source: CaseIterable {
        case attempts, refusals, adjustments

        /// A moment and an identity first; takes the parameters of ``CostSpan/bind(to:skew:)``.
        var query: String {
            switch self {
            case .attempts:
                """
                SELECT admitted_at, identity, superseded, state='presumed', cost_nano, \(UsageColumns.list)
                FROM attempt WHERE request>=? AND request<=? AND admitted_at>=? AND admitted_at<?
                """
            case .refusals:
                """
                SELECT started_at, identity FROM request
                WHERE request>=? AND request<=? AND started_at>=? AND started_at<?
                """
            case .adjustments:
                """
                SELECT admitted_at, identity, nano, kind='presumed_release'
                FROM adjustment JOIN attempt USING(request, attempt)
                WHERE adjustment.request>=? AND adjustment.request<=? AND admitted_at>=? AND admitted_at<?
                  AND adjustment.period IS NULL AND adjustment.currency IS NULL
                """
            }
        }
    }
}

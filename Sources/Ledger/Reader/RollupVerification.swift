import Inference

extension LedgerReader {
    private static let day: Int64 = 86_400_000

    /// Derives the roll-ups anew from their rows, a day at a time, and returns what differs; at most twenty findings.
    ///
    /// What is older than the rows that are kept is not looked at: its roll-ups are all that is left of it.
    func rollups() throws -> [Finding] {
        let skew = try meta("skew_ms")
        let kept = (
            attempts: RollupKey.slot(of: try meta("attempts_kept_from")),
            refused: RollupKey.slot(of: try meta("refused_kept_from"))
        )
        var findings: [Finding] = []
        // With clocks that were wrong by days an id says little about its moment: then all is one span.
        let spans = skew < LedgerReader.day ? try days() : [CostSpan(from: .min, to: .max)]
        for span in spans where findings.count < 20 {
            var derivation = RollupDerivation(connection)
            try derivation.add(span, skew: skew)
            let rollups = try rollups(in: span)
            for key in Set(rollups.keys).union(derivation.figures.keys) where key.slot >= kept.attempts {
                var (stored, rows) = (rollups[key] ?? RollupFigures(), derivation.figures[key] ?? RollupFigures())
                if key.slot < kept.refused { (stored.refused, rows.refused) = (0, 0) }
                if stored != rows { findings.append(RollupFigures.finding(key, stored, rows)) }
            }
        }
        return Array(findings.sorted { $0.place < $1.place }.prefix(20))
    }

    func meta(_ name: String) throws(SQLiteError) -> Int64 {
        let select = try connection.prepare("SELECT value FROM meta WHERE name=?")
        select.bind(1, name)
        return try select.step() ? select.integer(0) : 0
    }

    private func rollups(in span: CostSpan) throws(SQLiteError) -> [RollupKey: RollupFigures] {
        let select = try connection.prepare(
            "SELECT slot, identity, \(RollupTable.columns.joined(separator: ", ")) FROM rollup WHERE slot>=? AND slot<?"
        )
        select.bind(1, RollupKey.slot(of: span.from))
        select.bind(2, RollupKey.slot(of: span.to))
        var rows: [RollupKey: RollupFigures] = [:]
        while try select.step() {
            rows[RollupKey(slot: select.integer(0), identity: select.integer(1))] = select.rollup(from: 2)
        }
        return rows
    }

    /// The days (UTC) that have roll-ups, or may have rows: each is found by a search, so that gaps cost nothing.
    private func days() throws -> [CostSpan] {
        let day = LedgerReader.day
        var found: Set<Int64> = []
        for table in ["attempt", "request"] {
            let next = try connection.prepare("SELECT min(request) FROM \(table) WHERE request>=?")
            var from = RequestID(high: 0, low: 0)
            while true {
                next.bind(1, from)
                defer { next.reset() }
                guard try next.step(), !next.isNull(0) else { break }
                let number = Int64(next.requestID(0).high >> 16) / day
                found.formUnion([number - 1, number, number + 1])  // the moment may be a day from the id's
                let end = (number + 1) * day
                guard end < 1 << 48 else { break }
                from = RequestID(high: UInt64(end) << 16, low: 0)
            }
        }
        let slots = day / RollupKey.milliseconds
        let next = try connection.prepare("SELECT min(slot) FROM rollup WHERE slot>=?")
        var from = Int64.min / RollupKey.milliseconds
        while true {
            next.bind(1, from)
            defer { next.reset() }
            guard try next.step(), let slot = next.optionalInteger(0), abs(slot / slots) < .max / day - 1 else { break }
            let number = RollupKey.floor(slot, slots)
            found.insert(number)
            from = (number + 1) * slots
        }
        return found.sorted().map { CostSpan(from: $0 * day, to: ($0 + 1) * day) }
    }
}

extension RollupFigures {
    /// Names the first figure that differs.
    fileprivate static func finding(_ key: RollupKey, _ stored: RollupFigures, _ rows: RollupFigures) -> Finding {
        let counts: [(name: String, value: (RollupFigures) -> Int64)] = [
            ("attempts", \.attempts), ("requests", \.requests), ("refused", \.refused), ("unpriced", \.unpriced),
            ("priced", \.priced), ("reasoning", \.usage.reasoning),
        ]
        let tokens = BillingClass.all.map { each in
            (name: each.name, value: { (figures: RollupFigures) in figures.usage[each] })
        }
        let place = "roll-up of slot \(key.slot), identity \(key.identity)"
        if stored.cost != rows.cost {
            let texts = (Money.decimal(nano: stored.cost.nano), Money.decimal(nano: rows.cost.nano))
            return Finding(place: place, problem: "cost is \(texts.0), its rows sum up to \(texts.1)")
        }
        if stored.presumed != rows.presumed {
            let texts = (Money.decimal(nano: stored.presumed.nano), Money.decimal(nano: rows.presumed.nano))
            return Finding(place: place, problem: "presumed is \(texts.0), its rows sum up to \(texts.1)")
        }
        for count in counts + tokens where count.value(stored) != count.value(rows) {
            let problem = "\(count.name) is \(count.value(stored)), its rows sum up to \(count.value(rows))"
            return Finding(place: place, problem: problem)
        }
        return Finding(place: place, problem: "it is not the sum of its rows")
    }
}

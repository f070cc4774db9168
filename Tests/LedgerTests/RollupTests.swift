import Inference
import Testing

@testable import Ledger

@Suite struct RollupTests {
    /// Any mixture of attempts, fallbacks, corrections, refusals and crashes, spread over some hours.
    private func history(_ folder: Folder, _ random: inout Seeded, steps: Int) async throws {
        var ledger = try LedgerWriter.open(folder.ledger)
        var open: [(id: RequestID, attempt: Int, quote: Int64, isPriced: Bool)] = []
        var settled: [(id: RequestID, attempt: Int)] = []
        for _ in 0..<steps {
            let moment = noon + Int64.random(in: -8_000_000...8_000_000, using: &random)
            let application = ["bot", "web", "cron"].randomElement(using: &random) ?? "bot"
            switch Int.random(in: 0..<12, using: &random) {
            case 0..<4:
                let quote = Int64.random(in: 0...9_000, using: &random)
                let id = newID(at: moment + Int64.random(in: -90_000...90_000, using: &random))
                let priced = Int.random(in: 0..<5, using: &random) > 0 ? price() : nil
                let lines = priced == nil ? [] : [line(1_000_000_000, quote, application: application)]
                let made = hold(id, quote, lines: lines, application: application, at: moment, price: priced)
                if await ledger.admit(made).isHeld { open.append((id, 1, quote, priced != nil)) }
            case 4..<8:
                guard let index = open.indices.randomElement(using: &random) else { continue }
                let one = open.remove(at: index)
                let basis =
                    [Basis.reported, .counted, .presumed, .notBilled].randomElement(using: &random) ?? .reported
                let cost = one.isPriced ? Int64.random(in: 0...one.quote, using: &random) : nil
                let last = Bool.random(using: &random) ? closing(one.id, application: application) : nil
                try await ledger.settle(end(one.id, cost, attempt: one.attempt, basis: basis), closing: last)
                settled.append((one.id, one.attempt))
            case 8:
                guard let earlier = settled.randomElement(using: &random) else { continue }
                let next = hold(
                    earlier.id, 500, lines: [line(1_000_000_000, 500)], attempt: earlier.attempt + 1, at: moment)
                if await ledger.admit(next).isHeld { open.append((earlier.id, earlier.attempt + 1, 500, true)) }
            case 9:
                guard let one = settled.randomElement(using: &random) else { continue }
                let kind = [Adjustment.Kind.reprice, .presumedRelease, .lateUsage].randomElement(using: &random)
                // Some take back more than there is, and are refused.
                var adjustment = Adjustment(
                    request: one.id, attempt: one.attempt, kind: kind ?? .manual,
                    nano: Int64.random(in: -4_000...4_000, using: &random), by: "test", reason: "test", at: noon)
                if Bool.random(using: &random) { adjustment.currency = .usd }
                try? await ledger.adjust(adjustment)
            case 10:
                let refused = closing(newID(at: moment), .refused, application: application)
                ledger.record(refused)
                if Bool.random(using: &random) { ledger.record(refused) }  // the second changes nothing
            default:
                guard Int.random(in: 0..<5, using: &random) == 0 else { continue }
                await ledger.close()  // with holds open: they are presumed
                settled += open.map { ($0.id, $0.attempt) }
                open = []
                ledger = try LedgerWriter.open(folder.ledger)
            }
        }
        await ledger.close()
    }

    /// All that is exported charge by charge, in money.
    private func exported(_ query: CostQuery, _ reader: LedgerReader) throws -> (
        cost: [Currency: Int64], end: ChargesEnd
    ) {
        var cost: [Currency: Int64] = [:]
        func add(_ nano: Int64?, _ currency: Currency?) {
            if let nano, let currency { cost[currency, default: 0] += nano }
        }
        let end = try reader.charges(
            query, charge: { add($0.cost, $0.source.currency) }, correction: { add($0.nano, $0.currency) },
            removed: { add($0.cost, $0.source.currency) })
        return (cost.filter { $0.value != 0 }, end)
    }

    /// Whatever was corrected, and wherever rows were removed: two reports on the same window never differ in silence.
    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func exportedChargesAddUpToTheCostsOrNameWhatIsMissing(seed: UInt64) async throws {
        let folder = try Folder()
        var random = Seeded(state: seed &* 0x9E37_79B9_7F4A_7C15)
        try await history(folder, &random, steps: 250)
        var queries = [CostQuery(from: midnight, to: midnight + 86_400_000)]
        for index in 0..<30 {
            var query = CostQuery(from: noon + Int64.random(in: -9_000_000...5_000_000, using: &random), to: 0)
            query.to = query.from + Int64.random(in: 1...9_000_000, using: &random)
            query.application = index % 5 == 0 ? "bot" : nil
            queries.append(query)
        }
        let reader = try LedgerReader.open(folder.ledger)
        let before = try queries.map { try reader.costs($0) }
        for (query, costs) in zip(queries, before) {
            let export = try exported(query, reader)
            #expect(export.cost == costs.total.cost.filter { $0.value != 0 } && export.end.gaps == [])
            #expect(costs.gaps == [])
        }

        var wish = LedgerRetention()
        (wish.attempts, wish.refused) = (.zero, .zero)
        let connection = try LedgerFile.open(folder.ledger, options: LedgerOptions())
        let retention = try #require(try Retention(connection, wish))
        let cut = noon + Int64.random(in: -3_000_000...3_000_000, using: &random)
        // Periods of the test end long after; without them nothing keeps the rows.
        try connection.execute("UPDATE period SET ends_at=starts_at+1")
        for _ in 0..<60 { try retention.step(now: cut) }
        connection.close()
        let later = try LedgerReader.open(folder.ledger)
        var gaps = 0
        for (query, costs) in zip(queries, before) {
            let now = try later.costs(query)
            let export = try exported(query, later)
            #expect(export.cost == now.total.cost.filter { $0.value != 0 })
            if now.gaps.isEmpty {
                #expect(now == costs && export.end.gaps == [])
            } else {
                gaps += 1
                #expect(!now.complete)
                #expect(now.gaps.allSatisfy { $0.contains(query.from) || $0.contains(query.to - 1) })
            }
        }
        #expect(gaps > 0)
        #expect(try later.costs(queries[0]) == before[0])
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func reportsFromRollupsEqualThoseFromRows(seed: UInt64) async throws {
        let folder = try Folder()
        var random = Seeded(state: seed &* 0x9E37_79B9_7F4A_7C15)
        try await history(folder, &random, steps: 250)
        let reader = try LedgerReader.open(folder.ledger)
        let aligned = midnight...(midnight + 86_400_000)
        for index in 0..<20 {
            var query = CostQuery(from: aligned.lowerBound, to: aligned.upperBound)
            if index > 0 {
                query.from = noon + Int64.random(in: -9_000_000...5_000_000, using: &random)
                query.to = query.from + Int64.random(in: 1...9_000_000, using: &random)
            }
            query.by = CostKey.allCases.filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
            let days = stride(from: midnight - 3_600_000, to: midnight + 86_400_000, by: 3_600_000)
            query.dayStarts = days.map { ("\($0)", $0) }
            #expect(try reader.costs(query) == reader.costsFromRows(query))
        }
        #expect(try reader.costs(CostQuery(from: aligned.lowerBound, to: aligned.upperBound)).total.attempts > 50)
        let found = try reader.verify().map(\.description)
        #expect(found == [])
    }

    @Test func aRowThatRollupsDoNotShowIsFoundAndSoIsARollupWithoutRows() async throws {
        let folder = try Folder()
        var random = Seeded(state: 77)
        try await history(folder, &random, steps: 60)
        func findings(after change: String) throws -> [Finding] {
            let copy = folder.path + "/copy.db"
            try LedgerReader.open(folder.ledger).backup(to: copy)
            defer { unlinkAll(copy) }
            try sqlite(copy, change)
            return try LedgerReader.open(copy).verify()
        }
        let one = "(SELECT request FROM attempt WHERE cost_nano>0 AND state='posted' LIMIT 1)"
        let dearer = try findings(after: "UPDATE attempt SET cost_nano=cost_nano+1 WHERE request=\(one)")
        #expect(dearer.contains { $0.place.hasPrefix("roll-up") && $0.problem.contains("cost is") })
        #expect(try findings(after: "DELETE FROM rollup WHERE slot=(SELECT min(slot) FROM rollup)").count >= 1)
        #expect(
            try findings(
                after: "UPDATE rollup SET output=output+1 WHERE slot=(SELECT max(slot) FROM rollup)"
            ).allSatisfy { $0.problem.contains("output") })
        let zeros = String(repeating: ",0", count: RollupTable.columns.count - 2)
        let strange = "INSERT INTO rollup SELECT 7, identity, 1, 1\(zeros) FROM rollup LIMIT 1"
        #expect(try findings(after: strange).count == 1)
    }

    @Test func slotsAreWholeQuartersAndEdgesTheRest() {
        let quarter = RollupKey.milliseconds
        let span = CostSpan(from: 10 * quarter - 5, to: 12 * quarter + 7)
        #expect(span.slots == 10..<12)
        #expect(span.edges.map(\.from) == [10 * quarter - 5, 12 * quarter])
        #expect(span.edges.map(\.to) == [10 * quarter, 12 * quarter + 7])
        #expect(CostSpan(from: quarter, to: 3 * quarter).edges.isEmpty)
        #expect(CostSpan(from: quarter + 1, to: 2 * quarter - 1).slots == nil)
        #expect(RollupKey.slot(of: -1) == -1 && RollupKey.slot(of: .min) < 0)
        #expect(CostSpan(from: .min, to: .max).edges.count == 2)
    }
}

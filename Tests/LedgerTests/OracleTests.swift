import Foundation
import Inference
import Ledger
import Testing

@Suite struct OracleTests {
    @Test(arguments: 1...16 as ClosedRange<UInt64>)
    func anyHistoryAgreesWithTheSums(seed: UInt64) async throws {
        var history = try History(seed: seed)
        for step in 0..<300 {
            try await history.step()
            #expect(history.surprise == nil, "step \(step): \(history.surprise ?? "")")
            if history.surprise != nil { break }
        }
        try history.compare()
        #expect(history.surprise == nil, "\(history.surprise ?? "")")
        await history.ledger.close()
    }
}

/// A ledger and its oracle, going the same way.
private struct History {
    var folder: Folder
    var ledger: LedgerWriter
    var oracle = Oracle(limits: [300, 500, 700, 200])
    var random: Seeded
    /// Where ledger and oracle differ.
    var surprise: String?
    private var corrections = 0

    init(seed: UInt64) throws {
        folder = try Folder()
        ledger = try LedgerWriter.open(folder.ledger)
        random = Seeded(state: seed &* 0x9E37_79B9_7F4A_7C15)
        oracle.levels[1].alerts = [500_000, 900_000]
        oracle.levels[3].enforces = false
        oracle.levels[3].alerts = [800_000, 1_000_000]
    }

    private mutating func number(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &random) }

    private mutating func expect(_ holds: Bool, _ what: String) {
        if !holds, surprise == nil { surprise = what }
    }

    mutating func step() async throws {
        switch number(0...20) {
        case 0...6: await admit()
        case 7...9: await extend()
        case 10...14: try await settle()
        case 15...16: await correct()
        case 17: await correctPeriod()
        case 18...19: editLimit()
        default: try await restart()
        }
    }

    /// Lines of `places`, from the newest generation or from one that was replaced.
    private mutating func lines(_ nano: Int64, _ places: [Int]) -> [BudgetLine] {
        let isStale = number(0...4) == 0
        let ceiling = number(0...3) == 0 ? number(50...600) : nil
        return places.map { place in
            let level = oracle.levels[place]
            return line(
                isStale ? number(0...900) : level.limit, nano, application: "level\(place)", ceiling: ceiling,
                enforces: level.enforces, alerts: level.alerts, generation: oracle.generation - (isStale ? 1 : 0))
        }
    }

    private mutating func admit() async {
        let quote = number(0...60)
        let places = [0, 1, 2, 3].filter { _ in number(0...1) == 0 }
        let wanted = number(0...2) == 0 ? key("k\(number(0...3))", body: UInt8(number(1...2))) : nil
        let request = hold(newID(), quote, lines: lines(quote, places), idempotency: wanted)
        oracle.see(request.lines, places)
        let expected = oracle.verdict(request, places)
        let result = await ledger.admit(request)
        if expected == .held {
            oracle.hold(.init(id: request.request, bound: quote, levels: places, key: wanted))
        }
        if case .exhausted(let index) = expected { oracle.note([places[index]]) }
        switch result {
        case .held: expect(expected == .held, "held, not \(expected)")
        case .exhausted(let line, _):
            expect(request.lines.firstIndex(of: line).map { .exhausted($0) } == expected, "exhausted, not \(expected)")
        case .busy(let line, _):
            expect(request.lines.firstIndex(of: line).map { .busy($0) } == expected, "busy, not \(expected)")
        case .repeated(let state): expect(expected == .repeated(state), "\(state), not \(expected)")
        case .unavailable, .cancelled: expect(false, "\(result)")
        }
        compare(result.states, places)
    }

    private mutating func extend() async {
        guard let place = oracle.attempts.indices.randomElement(using: &random) else { return }
        let attempt = oracle.attempts[place]
        let isRepeated = attempt.seq > 0 && number(0...3) == 0
        let bound = max(0, attempt.bound + number(-5...40))
        let lines = lines(bound, attempt.levels)
        let wish = larger(attempt.id, isRepeated ? attempt.seq : attempt.seq + 1, to: bound, lines: lines)
        let result = await ledger.extend(wish)
        guard attempt.runs else { return expect(result == .missing, "\(result) of an ended attempt") }
        oracle.see(lines, attempt.levels)
        if isRepeated {
            expect(result.isExtended, "\(result), repeated")
        } else if oracle.mayGrow(place, to: bound) {
            oracle.attempts[place].seq += 1
            oracle.attempts[place].bound = max(attempt.bound, bound)
            if bound > attempt.bound { oracle.note(attempt.levels) }
            expect(result.isExtended, "\(result), not extended")
        } else {
            oracle.attempts[place].isFinal = true
            expect(result.isFinal, "\(result), not final")
        }
        compare(result.states, attempt.levels)
    }

    private mutating func settle() async throws {
        guard let place = oracle.attempts.indices.randomElement(using: &random) else { return }
        let attempt = oracle.attempts[place]
        let cost = number(0...attempt.bound + (number(0...9) == 0 ? 20 : 0))
        let bases: [Basis] = [.reported, .counted, .presumed, .notBilled]
        let basis = bases.randomElement(using: &random) ?? .reported
        let result = try await ledger.settle(end(attempt.id, cost, basis: basis), closing: closing(attempt.id))
        expect(result.applied == attempt.runs, "applied: \(result.applied)")
        guard attempt.runs else {
            oracle.attempts[place].hasCrashed = false  // its end is noted now
            return
        }
        oracle.settle(place, basis, cost: cost)
        expect(result.cost?.nano == oracle.attempts[place].charge, "cost \(result.cost?.nano ?? -1)")
        compare(result.periods, attempt.levels)
    }

    private mutating func correct() async {
        guard let place = oracle.attempts.indices.randomElement(using: &random) else { return }
        let (nano, isRelease) = (number(-60...20), number(0...1) == 0)
        let isRepeated = corrections > 0 && number(0...3) == 0
        if !isRepeated { corrections += 1 }
        let adjustment = Adjustment(
            request: oracle.attempts[place].id, attempt: 1, kind: isRelease ? .presumedRelease : .lateUsage, nano: nano,
            by: "test", reason: "test", at: noon, id: "c\(corrections)")
        let isAllowed = !isRepeated && oracle.mayCorrect(place, by: nano, isRelease: isRelease)
        do {
            try await ledger.adjust([adjustment], note: note)
            expect(isAllowed, "a correction by \(nano) was booked")
        } catch {
            expect(!isAllowed, "\(error)")
            if !isRepeated { corrections -= 1 }
        }
        guard isAllowed else { return }
        oracle.attempts[place].corrections += nano
        if isRelease { oracle.attempts[place].released += nano }
    }

    private mutating func correctPeriod() async {
        let rows = (try? LedgerReader.open(folder.ledger).budgets()) ?? []
        guard let row = rows.randomElement(using: &random), let level = Int(row.account.name.dropFirst(5)) else {
            return
        }
        let nano = number(-40...20)
        let isAllowed = oracle.posted(level) + nano >= 0
        let adjustment = PeriodAdjustment(
            period: row.state.id, kind: .manual, nano: nano, by: "test", reason: "test", at: noon)
        do {
            try await ledger.adjustPeriod(adjustment, note: note)
            expect(isAllowed, "a period's correction by \(nano) was booked")
            if isAllowed { oracle.levels[level].corrections += nano }
        } catch {
            expect(!isAllowed, "\(error)")
        }
    }

    private var note: AuditEntry { AuditEntry(at: noon, actor: "test", action: "test", subject: "", detail: "") }

    private mutating func editLimit() {
        guard let level = oracle.levels.indices.randomElement(using: &random) else { return }
        oracle.generation += 1
        oracle.levels[level].limit = max(0, oracle.levels[level].limit + number(-50...150))
    }

    /// A stop with holds open, or a kill: what is on the disk at this moment goes on elsewhere.
    private mutating func restart() async throws {
        let open = oracle.attempts.count(where: \.runs)
        if number(0...1) == 0 {
            await ledger.close()
        } else {
            let next = try Folder()
            for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: folder.ledger + suffix) {
                try FileManager.default.copyItem(atPath: folder.ledger + suffix, toPath: next.ledger + suffix)
            }
            await ledger.close()
            folder = next
        }
        ledger = try LedgerWriter.open(folder.ledger)
        expect(ledger.recovered == open, "recovered \(ledger.recovered) of \(open)")
        oracle.crash()
        try compare()
    }

    private mutating func compare(_ states: [PeriodState], _ places: [Int]) {
        for (state, level) in zip(states, places) { compare(state, level) }
    }

    private mutating func compare(_ state: PeriodState, _ level: Int) {
        expect(state.posted == oracle.posted(level), "level \(level): posted \(state.posted), \(oracle.posted(level))")
        expect(state.held == oracle.held(level), "level \(level): held \(state.held), \(oracle.held(level))")
        expect(state.presumed == oracle.presumed(level), "level \(level): presumed \(state.presumed)")
        expect(state.overrun == oracle.overrun(level), "level \(level): overrun \(state.overrun)")
        expect(state.limit == oracle.levels[level].applied, "level \(level): limit \(state.limit)")
    }

    /// Compares all that a reader can see.
    mutating func compare() throws {
        let reader = try LedgerReader.open(folder.ledger)
        for row in try reader.budgets() {
            if let level = Int(row.account.name.dropFirst(5)) { compare(row.state, level) }
        }
        let alerts = try reader.alerts(limit: 1_000).map {
            Oracle.Alert(
                level: Int($0.account.name.dropFirst(5)) ?? -1, ppm: $0.ppm, kind: $0.kind,
                limit: $0.limit)
        }
        expect(Set(alerts) == oracle.alerts && alerts.count == oracle.alerts.count, "alerts \(alerts)")
        let findings = try reader.verify()
        expect(findings.isEmpty, "\(findings)")
    }
}

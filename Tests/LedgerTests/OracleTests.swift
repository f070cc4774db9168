import Inference
import Ledger
import Testing

/// A small generator whose histories repeat: xorshift64.
struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}

/// What a ledger should say, from sums over a list. It knows no counters.
private struct Oracle {
    struct Attempt {
        var id: RequestID
        var quote: Int64
        var levels: [Int]
        var charge: Int64?
        var isPresumed = false
    }

    var limits: [Int64]
    var attempts: [Attempt] = []

    func posted(_ level: Int) -> Int64 {
        attempts.filter { $0.levels.contains(level) }.compactMap(\.charge).reduce(0, +)
    }
    func held(_ level: Int) -> Int64 {
        attempts.filter { $0.levels.contains(level) && $0.charge == nil }.map(\.quote).reduce(0, +)
    }
    func presumed(_ level: Int) -> Int64 {
        attempts.filter { $0.levels.contains(level) && $0.isPresumed }.compactMap(\.charge).reduce(0, +)
    }

    enum Verdict { case held, busy, exhausted }

    func verdict(_ quote: Int64, _ levels: [Int]) -> Verdict {
        if levels.contains(where: { posted($0) + quote > limits[$0] }) { return .exhausted }
        if quote > 0, levels.contains(where: { posted($0) + held($0) + quote > limits[$0] }) { return .busy }
        return .held
    }
}

@Suite struct OracleTests {
    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func anyHistoryAgreesWithTheSums(seed: UInt64) async throws {
        let folder = try Folder()
        var ledger = try LedgerWriter.open(folder.ledger)
        var random = Seeded(state: seed &* 0x9E37_79B9_7F4A_7C15)
        var oracle = Oracle(limits: [300, 500, 700])
        func lines(_ quote: Int64, _ levels: [Int]) -> [BudgetLine] {
            levels.map { line(oracle.limits[$0], quote, application: "level\($0)") }
        }
        for step in 0..<250 {
            let open = oracle.attempts.indices.filter { oracle.attempts[$0].charge == nil }
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                let quote = Int64.random(in: 0...60, using: &random)
                let levels = [0, 1, 2].filter { _ in Bool.random(using: &random) }
                let id = newID()
                let expected = oracle.verdict(quote, levels)
                let result = await ledger.admit(hold(id, quote, lines: lines(quote, levels)))
                #expect(result.isHeld == (expected == .held) && result.isBusy == (expected == .busy), "step \(step)")
                if result.isHeld { oracle.attempts.append(.init(id: id, quote: quote, levels: levels)) }
            case 5..<9:
                guard let index = open.randomElement(using: &random) else { continue }
                let attempt = oracle.attempts[index]
                let cost = Int64.random(in: 0...attempt.quote, using: &random)
                let basis: Basis =
                    [.reported, .counted, .presumed, .notBilled].randomElement(using: &random) ?? .reported
                try await ledger.settle(end(attempt.id, cost, basis: basis))
                let charge = basis == .notBilled ? 0 : basis == .presumed ? attempt.quote : cost
                oracle.attempts[index].charge = charge
                oracle.attempts[index].isPresumed = basis == .presumed
            default:
                guard step % 5 == 0 else {
                    guard let level = oracle.limits.indices.randomElement(using: &random) else { continue }
                    oracle.limits[level] += Int64.random(in: -50...150, using: &random)
                    continue
                }
                await ledger.close()  // with holds open: no clean stop
                ledger = try LedgerWriter.open(folder.ledger)
                #expect(ledger.recovered == open.count)
                for index in open {
                    oracle.attempts[index].charge = oracle.attempts[index].quote
                    oracle.attempts[index].isPresumed = true
                }
            }
        }
        let reader = try LedgerReader.open(folder.ledger)
        for row in try reader.budgets() {
            guard let level = Int(row.account.name.dropFirst(5)) else { continue }
            #expect(row.state.posted == oracle.posted(level) && row.state.held == oracle.held(level))
            #expect(row.state.presumed == oracle.presumed(level))
        }
        #expect(try reader.verify().isEmpty)
        await ledger.close()
    }
}

import Inference
import Ledger

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

/// What a ledger should say, from sums over lists. It knows no counters.
struct Oracle {
    struct Level {
        var enforces = true
        var alerts: [Int] = []
        /// What the newest generation says.
        var limit: Int64
        /// What the last line has brought to the ledger.
        var applied: Int64?
        var corrections: Int64 = 0
    }

    struct Attempt {
        var id: RequestID
        var bound: Int64
        var levels: [Int]
        var key: IdempotencyKey?
        var seq = 0
        var isFinal = false
        /// Nil while it is open.
        var charge: Int64?
        var basis = Basis.reported
        var hasCrashed = false
        var corrections: Int64 = 0
        var released: Int64 = 0

        var runs: Bool { charge == nil }
    }

    struct Alert: Hashable {
        var level: Int
        var ppm: Int
        var kind: AlertRow.Kind
        var limit: Int64
    }

    var levels: [Level]
    var attempts: [Attempt] = []
    var alerts: Set<Alert> = []
    /// The attempt that has a key, by its place.
    var owners: [String: Int] = [:]
    var generation: UInt64 = 1
    var newestSeen: UInt64 = 0

    init(limits: [Int64]) { levels = limits.map { Level(limit: $0) } }

    private func on(_ level: Int) -> [Attempt] { attempts.filter { $0.levels.contains(level) } }

    func posted(_ level: Int) -> Int64 {
        on(level).reduce(levels[level].corrections) { $0 + ($1.charge ?? 0) + $1.corrections }
    }
    func held(_ level: Int) -> Int64 { on(level).reduce(0) { $0 + ($1.runs ? $1.bound : 0) } }
    func presumed(_ level: Int) -> Int64 {
        on(level).reduce(0) { $0 + ($1.basis == .presumed ? $1.charge ?? 0 : 0) + $1.released }
    }
    func overrun(_ level: Int) -> Int64 { on(level).reduce(0) { $0 + max(0, ($1.charge ?? 0) - $1.bound) } }
}

extension Oracle {
    enum Verdict: Hashable {
        case held
        /// By the place of the line that refuses.
        case exhausted(Int)
        case busy(Int)
        case repeated(IdempotencyState)
    }

    /// Takes over the limits that lines bring along.
    mutating func see(_ lines: [BudgetLine], _ places: [Int]) {
        for (line, level) in zip(lines, places) {
            if levels[level].applied == nil || line.generation >= newestSeen { levels[level].applied = line.limit.nano }
            newestSeen = max(newestSeen, line.generation)
        }
    }

    func verdict(_ hold: HoldRequest, _ places: [Int]) -> Verdict {
        if let state = repetition(hold.idempotency) { return .repeated(state) }
        var busy: Int?
        for (index, (line, level)) in zip(hold.lines, places).enumerated() where levels[level].enforces {
            let limit = levels[level].applied ?? 0
            let (posted, used) = (posted(level) + line.nano, posted(level) + held(level) + line.nano)
            if posted > limit { return .exhausted(index) }
            if line.nano > 0, used > line.ceiling ?? .max { return .exhausted(index) }
            if line.nano > 0, used > limit, busy == nil { busy = index }
        }
        return busy.map { .busy($0) } ?? .held
    }

    private func repetition(_ key: IdempotencyKey?) -> IdempotencyState? {
        guard let key, let place = owners[key.key] else { return nil }
        let owner = attempts[place]
        if !owner.runs, owner.basis == .notBilled { return nil }
        if owner.key != key { return .otherBody(owner.id) }
        guard let charge = owner.charge else { return .inFlight(owner.id) }
        return .done(owner.id, status: owner.hasCrashed ? nil : 200, cost: Money(nano: charge, .usd))
    }

    mutating func hold(_ attempt: Attempt) {
        if let key = attempt.key { owners[key.key] = attempts.count }
        attempts.append(attempt)
        note(attempt.levels)
    }

    /// Whether an open attempt may grow to `bound`; a ceiling is for attempts that have not begun.
    func mayGrow(_ place: Int, to bound: Int64) -> Bool {
        let more = bound - attempts[place].bound
        guard !attempts[place].isFinal else { return false }
        return more <= 0
            || attempts[place].levels.allSatisfy { level in
                !levels[level].enforces || posted(level) + held(level) + more <= levels[level].applied ?? 0
            }
    }

    mutating func settle(_ place: Int, _ basis: Basis, cost: Int64) {
        attempts[place].basis = basis
        attempts[place].charge =
            switch basis {
            case .notBilled: 0
            case .presumed: attempts[place].bound
            case .reported, .counted: cost
            }
        note(attempts[place].levels)
    }

    mutating func crash() {
        newestSeen = 0
        for place in attempts.indices where attempts[place].runs {
            attempts[place].charge = attempts[place].bound
            attempts[place].basis = .presumed
            attempts[place].hasCrashed = true
        }
    }

    /// Whether a settled attempt can be corrected by `nano`.
    func mayCorrect(_ place: Int, by nano: Int64, isRelease: Bool) -> Bool {
        guard let charge = attempts[place].charge, charge + attempts[place].corrections + nano >= 0 else {
            return false
        }
        guard !isRelease || attempts[place].basis == .presumed && nano <= 0 else { return false }
        return attempts[place].levels.allSatisfy {
            posted($0) + nano >= 0 && (!isRelease || presumed($0) + nano >= 0)
        }
    }

    /// Notes the alerts that levels have reached.
    mutating func note(_ places: [Int]) {
        for level in places {
            for ppm in levels[level].alerts {
                let limit = levels[level].applied ?? 0
                let share = limit * Int64(ppm)
                let used = posted(level) + held(level)
                guard used > 0, used * 1_000_000 >= share else { continue }
                alerts.insert(Alert(level: level, ppm: ppm, kind: .held, limit: limit))
                guard posted(level) > 0, posted(level) * 1_000_000 >= share else { continue }
                alerts.insert(Alert(level: level, ppm: ppm, kind: .posted, limit: limit))
            }
        }
    }
}

import Foundation

@testable import Ledger

/// The life of a hold as a small machine, so that every order of its steps can be tried.
///
/// A few calls, a few levels, small amounts. The ledger's steps work on the ledger's own counters. What a provider bills
/// is decided by chance, up to the bound that it was sent, and nobody is told until it reports. The process may die
/// between any two steps; the provider goes on billing.
struct HoldModel: Hashable {
    enum State: UInt8 { case none, held, final, posted, voided, presumed }

    struct Line: Hashable {
        var level: Int
        var held: Int64 = 0
        var posted: Int64 = 0
        var corrected: Int64 = 0
    }

    struct Call: Hashable {
        var state = State.none
        var lines: [Line]
        /// Bounds: of the hold, then of its extensions.
        var slices: [Int64]
        /// What the provider may bill.
        var bound: Int64 = 0
        /// The truth, which only the provider knows.
        var billed: Int64 = 0
        var isSent = false
        /// The provider will bill no more.
        var isOver = false
        /// The process has the provider's report. A crash forgets it.
        var isReported = false
        var isCorrected = false

        var isOpen: Bool { state == .held || state == .final }
        var mayBeBilled: Int64 { !isSent ? 0 : isOver ? billed : bound }
    }

    /// A rule that somebody might think of, and that loses money.
    enum Fault: CaseIterable {
        /// A hold that lives too long is given back.
        case refundByTimer
        /// What a crash left open is given back at the next start.
        case refundOfOrphans
        /// Whoever does not fit holds what is left.
        case holdShrunkToWhatIsLeft
        /// Room is looked for before the call, and charged after it.
        case checkThenCharge
        /// A settlement that comes again is booked again.
        case settlementTwice
        /// An extension grows on the first level only.
        case extensionForgetsALevel
        /// A connection that breaks is taken for a call that was not billed.
        case voidAfterABreak
        /// A larger hold is taken without looking for room.
        case extensionWithoutACheck
    }

    var calls: [Call]
    var periods: [PeriodCounters]
    var isUp = true
    var crashesLeft: Int

    /// - Parameter calls: each with its levels and the bounds of its slices.
    init(limits: [Int64], calls: [(levels: [Int], slices: [Int64])], crashes: Int) {
        self.calls = calls.map { call in Call(lines: call.levels.map { Line(level: $0) }, slices: call.slices) }
        periods = limits.map { PeriodCounters(limit: $0) }
        crashesLeft = crashes
    }

    /// All that can happen next.
    func steps(_ fault: Fault?) -> [(name: String, next: HoldModel)] {
        var steps: [(String, HoldModel)] = []
        func add(_ name: String, _ change: (inout HoldModel) -> Void) {
            var next = self
            change(&next)
            if next != self { steps.append((name, next)) }
        }
        for index in calls.indices {
            addProvider(index, add)
            if isUp { addGateway(index, fault, add) }
        }
        if isUp, crashesLeft > 0 { add("crash") { $0.crash() } }
        if !isUp { add("restart") { $0.recover(fault) } }
        return steps
    }

    private typealias Add = (String, (inout HoldModel) -> Void) -> Void

    private func addProvider(_ index: Int, _ add: Add) {
        let call = calls[index]
        guard call.isSent, !call.isOver else { return }
        if call.billed < call.bound { add("provider bills call \(index)") { $0.calls[index].billed += 1 } }
        add("provider ends call \(index), the report is lost") { $0.calls[index].isOver = true }
        guard isUp, call.isOpen else { return }
        add("provider reports call \(index)") {
            $0.calls[index].isOver = true
            $0.calls[index].isReported = true
        }
    }

    private func addGateway(_ index: Int, _ fault: Fault?, _ add: Add) {
        let call = calls[index]
        switch call.state {
        case .none: add("admit call \(index)") { $0.admit(index, fault) }
        case .held, .final:
            if !call.isSent {
                add("send call \(index)") { $0.calls[index].isSent = true }
                add("void call \(index)") { $0.settle(index, .voided) }
                return
            }
            add("extend call \(index)") { $0.extend(index, fault) }
            add("presume call \(index)") { $0.settle(index, .presumed) }
            if call.isReported { add("post call \(index)") { $0.settle(index, .posted) } }
            if call.isReported, call.billed == 0 { add("void call \(index)") { $0.settle(index, .voided) } }
            if fault == .refundByTimer { add("refund call \(index) by timer") { $0.settle(index, .voided) } }
            if fault == .voidAfterABreak { add("void call \(index) after a break") { $0.settle(index, .voided) } }
        case .posted: if fault == .settlementTwice { add("post call \(index) again") { $0.settle(index, .posted) } }
        case .voided: break
        case .presumed:
            if call.isOver, !call.isCorrected { add("correct call \(index) by its invoice") { $0.correct(index) } }
        }
    }
}

extension HoldModel {
    private mutating func admit(_ index: Int, _ fault: Fault?) {
        guard let quote = calls[index].slices.first else { return }
        var hold = quote
        if fault == .holdShrunkToWhatIsLeft {
            for line in calls[index].lines {
                let period = periods[line.level]
                hold = min(hold, period.limit - period.posted - period.held)
            }
            guard hold > 0 else { return }
        }
        guard calls[index].lines.allSatisfy({ periods[$0.level].verdict(for: hold) == .room }) else { return }
        if fault == .checkThenCharge { hold = 0 }
        calls[index].state = .held
        calls[index].bound = quote
        calls[index].slices.removeFirst()
        for place in calls[index].lines.indices { grow(index, place, by: hold) }
    }

    private mutating func extend(_ index: Int, _ fault: Fault?) {
        guard calls[index].state == .held, let bound = calls[index].slices.first else { return }
        let more = bound - calls[index].bound
        let places = fault == .extensionForgetsALevel ? [0] : Array(calls[index].lines.indices)
        let hasRoom = places.allSatisfy { periods[calls[index].lines[$0].level].verdict(for: more) == .room }
        guard hasRoom || fault == .extensionWithoutACheck else {
            calls[index].state = .final
            return
        }
        calls[index].bound = bound
        calls[index].slices.removeFirst()
        for place in places { grow(index, place, by: more) }
    }

    private mutating func grow(_ index: Int, _ place: Int, by nano: Int64) {
        calls[index].lines[place].held += nano
        periods[calls[index].lines[place].level].hold(nano)
    }

    private mutating func settle(_ index: Int, _ state: State) {
        calls[index].state = state
        for place in calls[index].lines.indices {
            let line = calls[index].lines[place]
            let charge =
                switch state {
                case .posted: calls[index].billed
                case .presumed: line.held
                case .none, .held, .final, .voided: Int64(0)
                }
            calls[index].lines[place].posted = charge
            switch state {
            case .posted: periods[line.level].post(charge, of: line.held)
            case .presumed: periods[line.level].presume(line.held)
            case .none, .held, .final, .voided: periods[line.level].void(line.held)
            }
        }
    }

    private mutating func correct(_ index: Int) {
        calls[index].isCorrected = true
        for place in calls[index].lines.indices {
            let line = calls[index].lines[place]
            let delta = calls[index].billed - line.posted
            calls[index].lines[place].corrected = delta
            _ = periods[line.level].correct(by: delta, presumed: delta)
        }
    }

    private mutating func crash() {
        isUp = false
        crashesLeft -= 1
        for index in calls.indices { calls[index].isReported = false }
    }

    private mutating func recover(_ fault: Fault?) {
        isUp = true
        for index in calls.indices where calls[index].isOpen {
            settle(index, fault == .refundOfOrphans ? .voided : .presumed)
        }
    }
}

extension HoldModel {
    /// What finance was promised: returns what is broken, or nil.
    var brokenPromise: String? {
        for (level, period) in periods.enumerated() {
            let lines = calls.flatMap { call in call.lines.filter { $0.level == level }.map { (call, $0) } }
            let billed = lines.reduce(0) { $0 + $1.0.billed }
            if billed > period.limit { return "level \(level): billed \(billed) of \(period.limit)" }
            if period.posted + period.held > period.limit + period.overrun { return "level \(level): above its limit" }
            let posted = lines.reduce(0) { $0 + $1.1.posted + $1.1.corrected }
            if period.posted != posted { return "level \(level): posted \(period.posted), its lines \(posted)" }
            let held = lines.reduce(0) { $0 + ($1.0.isOpen ? $1.1.held : 0) }
            if period.held != held { return "level \(level): held \(period.held), its lines \(held)" }
        }
        return nil
    }

    /// Why the promise is kept: what may still be billed is never given back. Returns what is broken, or nil.
    var brokenCover: String? {
        for (index, call) in calls.enumerated() {
            for line in call.lines {
                let cover = call.isOpen ? line.held : line.posted + line.corrected
                if cover < call.mayBeBilled {
                    return "call \(index) may be billed \(call.mayBeBilled), level \(line.level) has \(cover) for it"
                }
            }
        }
        return nil
    }

    struct Exploration {
        var states = 0
        var steps = 0
        var broken: String?
        /// The shortest way to what is broken.
        var trace: [String] = []
    }

    /// Visits every state that can be reached, nearest first, until `check` finds something.
    ///
    /// On a thread of its own: it takes seconds, and other tests need those that tasks share.
    func explore(_ fault: Fault? = nil, _ check: @escaping @Sendable (HoldModel) -> String?) async -> Exploration {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: search(fault, check)) }
        }
    }

    private func search(_ fault: Fault?, _ check: (HoldModel) -> String?) -> Exploration {
        var result = Exploration()
        var seen: Set<HoldModel> = [self]
        var visited: [(model: HoldModel, from: Int, step: String)] = [(self, -1, "")]
        while result.states < visited.count {
            let current = visited[result.states].model
            if let broken = check(current) {
                result.broken = broken
                var place = result.states
                while place > 0 {
                    result.trace.insert(visited[place].step, at: 0)
                    place = visited[place].from
                }
                return result
            }
            for (name, next) in current.steps(fault) {
                result.steps += 1
                if seen.insert(next).inserted { visited.append((next, result.states, name)) }
            }
            result.states += 1
        }
        return result
    }
}

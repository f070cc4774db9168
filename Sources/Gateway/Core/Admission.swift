import Inference
import PluginKit

/// What an attempt needs to be paid for, what else the call may become, and who says no.
struct Admission {
    /// In the order of the plugins, each period once.
    private(set) var lines: [BudgetLine] = []
    /// What the call may become when a line has no room, in the order of ``lines``.
    private(set) var nearLimits: [NearLimit] = []
    private var shared: [Bool] = []
    private var owners: [any AdmitPhase] = []

    mutating func take(_ demand: BudgetDemand, of plugin: any AdmitPhase) {
        lines.append(demand.line)
        nearLimits.append(demand.nearLimit)
        shared.append(demand.isShared)
        owners.append(plugin)
    }

    /// Returns what the client is told when `line` had no room.
    ///
    /// When several had none, the tightest is named: whoever waits for another to end is refused again.
    ///
    /// - Parameter states: of all lines, in their order.
    func refusal(_ call: Call, line: BudgetLine, states: [PeriodState], isBusy: Bool) -> GatewayError {
        let refused = lines.firstIndex(of: line)
        let index = isBusy ? refused : tightest(states) ?? refused
        guard let index, states.indices.contains(index) else {
            return GatewayError(402, "budget_exceeded", "a budget has no room for this call", shouldRetry: false)
        }
        return owners[index].refusal(call, line: lines[index], state: states[index], isBusy: isBusy)
    }

    /// Returns how the application's own budgets stand: the one of which the smallest share is left. Nil without any.
    ///
    /// - Parameter states: of all lines, in their order.
    func standing(_ states: [PeriodState]) -> BudgetStanding? {
        var tightest: BudgetStanding?
        for (index, state) in states.enumerated() where lines.indices.contains(index) && !shared[index] {
            let standing = BudgetStanding(line: lines[index], remaining: state.remaining)
            if tightest.map(standing.isTighter(than:)) ?? true { tightest = standing }
        }
        return tightest
    }

    /// Of the lines that no wait can help: the one with the least room for such calls, of equals the one that ends last.
    private func tightest(_ states: [PeriodState]) -> Int? {
        zip(lines, states).enumerated().filter { $0.element.0.isExhausted(in: $0.element.1) }.min { left, right in
            let (first, second) = (left.element, right.element)
            let comparison = first.0.room(in: first.1, comparedWith: second.0, in: second.1)
            return comparison == 0 ? first.0.endsAt > second.0.endsAt : comparison < 0
        }?.offset
    }
}

extension BudgetLine {
    /// Whether the call would not fit even if all other calls under way cost nothing.
    fileprivate func isExhausted(in state: PeriodState) -> Bool {
        enforces && state.posted.addingClamped(nano) > state.limit
    }

    /// Compares how many such calls two lines have room for, whatever their currencies: below, at or above zero.
    fileprivate func room(
        in state: PeriodState, comparedWith other: BudgetLine, in otherState: PeriodState
    ) -> Int {
        let left = Int128(max(0, state.limit.addingClamped(-state.posted))) * Int128(other.nano)
        let right = Int128(max(0, otherState.limit.addingClamped(-otherState.posted))) * Int128(nano)
        return left < right ? -1 : left == right ? 0 : 1
    }
}

/// How much of a budget is left.
struct BudgetStanding {
    let line: BudgetLine
    /// Nano-units of the budget's currency.
    let remaining: Int64

    /// Whether a smaller share of the limit is left, whatever the currencies.
    func isTighter(than other: BudgetStanding) -> Bool {
        Int128(remaining) * Int128(other.line.limit.nano) < Int128(other.remaining) * Int128(line.limit.nano)
    }
}

import Inference
import Ledger
import PluginKit
import Providers

/// Budgets that have no room for an attempt: which of them refused, and how all of them stand.
struct NoRoom {
    let admission: Admission
    let line: BudgetLine
    /// Of all lines, in their order.
    let states: [PeriodState]
    /// Only other calls' holds were in the way.
    let isBusy: Bool

    /// The lines that have too little room, each with its policy.
    private var refusing: [(line: BudgetLine, policy: NearLimit)] {
        zip(zip(admission.lines, admission.nearLimits), states).compactMap { pair, state in
            pair.0.enforces && pair.0.room(in: state) < pair.0.nano ? (pair.0, pair.1) : nil
        }
    }

    /// Whether a budget's share for this model is used up, while the budget itself has room: another model's turn.
    var isCeiling: Bool {
        guard !isBusy, line.ceiling != nil, let index = admission.lines.firstIndex(of: line) else { return false }
        return states[index].posted.addingClamped(line.nano) <= states[index].limit
    }

    /// The budgets for which waiting would not help: what is spent leaves too little room for the call.
    var exhausted: [BudgetLine] {
        NoRoom.exhausted(of: admission.lines, states)
    }

    /// - Parameter states: of the lines, in their order.
    static func exhausted(of lines: [BudgetLine], _ states: [PeriodState]) -> [BudgetLine] {
        zip(lines, states).compactMap { line, state in
            line.enforces && state.posted.addingClamped(line.nano) > state.limit ? line : nil
        }
    }

    /// The fewest output tokens that every refusing budget accepts as an answer; nil when one wants none shortened.
    func leastUseful(isStructured: Bool) -> Int64? {
        let refusing = refusing
        guard !refusing.isEmpty else { return nil }
        var least: Int64 = 1
        for (_, policy) in refusing {
            guard let clip = policy.clip, policy.clipsStructured || !isStructured else { return nil }
            least = max(least, clip)
        }
        return least
    }

    /// The model that a refusing budget gives the call to.
    var smallerModel: String? {
        refusing.lazy.compactMap(\.policy.degrade?.model).first
    }

    /// What all budgets have room for now, in nano-units of the price's currency, rounded down.
    var affordable: Int64 {
        zip(admission.lines, states).filter(\.0.enforces).map { line, state in
            let room = line.room(in: state)
            guard let rate = line.fx else { return room }
            return Int64(clamping: Int128(room) * 1_000_000_000 / Int128(rate.nano))
        }.min() ?? .max
    }
}

extension BudgetLine {
    /// What the period can still take for this call, at least zero.
    fileprivate func room(in state: PeriodState) -> Int64 {
        let used = state.posted.addingClamped(state.held)
        return max(0, min(state.limit, ceiling ?? state.limit).subtractingClamped(used))
    }
}

extension Price {
    /// Returns the most output tokens for each of `choices` answers with which a call stays within `nano`; zero when not even
    /// the rest of it does.
    ///
    /// - Parameters:
    ///   - besides: output tokens of each answer that no limit counts.
    ///   - pieces: what is billed by the piece, in nano-units.
    ///   - tiers: as in ``upperBound(input:output:pieces:tiers:)``.
    func affordableOutput(
        input: Int64, choices: Int64, besides: Int64, pieces: Int64, tiers: Set<String>?, within nano: Int64,
        atMost most: Int64
    ) -> Int64 {
        func fits(_ tokens: Int64) -> Bool {
            let (output, overflowed) = tokens.addingClamped(besides).multipliedReportingOverflow(by: choices)
            guard !overflowed, let bound = upperBound(input: input, output: output, pieces: pieces, tiers: tiers) else {
                return false
            }
            return bound <= nano
        }
        var (low, high) = (Int64(0), max(0, most))
        while low < high {
            let middle = low + (high - low + 1) / 2
            if fits(middle) { low = middle } else { high = middle - 1 }
        }
        return low
    }
}

extension RequestHandler {
    /// OpenAI refuses a `max_output_tokens` below it.
    private static let leastOutputOfResponses: Int64 = 16

    /// Shortens the call to what its budgets have room for. Returns false when none of that would be of use.
    func clip(_ call: InferenceCall, _ attempt: Attempt, _ noRoom: NoRoom) -> Bool {
        guard !noRoom.isCeiling, let least = noRoom.leastUseful(isStructured: call.request.isStructured),
            let tokens = fittingTokens(call, attempt, noRoom), tokens >= least
        else { return false }
        call.clippedTo = tokens
        return true
    }

    /// The most output tokens, of each answer, with which the call would fit into its budgets as they are: zero when none
    /// would. Nil for a call that writes none.
    private func fittingTokens(_ call: InferenceCall, _ attempt: Attempt, _ noRoom: NoRoom) -> Int64? {
        guard call.endpoint != .embeddings, let price = attempt.price else { return nil }
        let choices = max(1, call.sent.choices)
        let besides = call.sent.document.predictionBound()
        let tokens = price.affordableOutput(
            input: attempt.quote.inputTokensMax, choices: choices, besides: besides, pieces: attempt.fees,
            tiers: attempt.tiers, within: noRoom.affordable, atMost: attempt.fullOutput / choices - besides - 1)
        let least = call.sent.endpoint == .responses ? RequestHandler.leastOutputOfResponses : 1
        return tokens >= least ? tokens : 0
    }

    /// What the client is told in the end; if a budget names a smaller model, ``route(_:)`` tries that one before.
    func refusal(_ call: InferenceCall, _ attempt: Attempt, _ noRoom: NoRoom) -> GatewayError {
        if call.degradedFrom == nil, call.endpoint != .embeddings, let name = noRoom.smallerModel,
            name != call.model.name
        {
            call.smallerModel = call.generation.models[name]
        }
        call.exhausted = noRoom.exhausted
        var error = noRoom.admission.refusal(
            call.forPlugins, line: noRoom.line, states: noRoom.states, isBusy: noRoom.isBusy)
        guard !noRoom.isBusy, let tokens = fittingTokens(call, attempt, noRoom) else { return error }
        error.fittingTokens = tokens
        let each = call.sent.choices > 1 ? ", for each of \(call.sent.choices)," : ""
        error.message +=
            tokens > 0
            ? ". An answer of up to \(tokens) tokens\(each) would fit now"
            : ". Now not even the shortest answer would fit"
        return error
    }
}

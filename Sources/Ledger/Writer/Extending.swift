import Inference

/// Extension: an open hold grows on all its levels, or becomes final.
extension Writer {
    /// Never waits: those who wait stand for calls that have not begun, this one has.
    func extend(_ job: ExtendJob) throws(SQLiteError) {
        let wish = job.wish
        let key = AttemptKey(request: wish.request, attempt: wish.attempt)
        guard let hold = open[key] else { return answers.append(.extend(job, .missing)) }
        try begin()
        let found = try levels(of: wish, in: hold)
        let ids: [Int64]
        switch found {
        case .failure(let error): return answers.append(.extend(job, .unavailable(error)))
        case .success(let periods): ids = periods
        }
        guard wish.seq > hold.seq else { return answers.append(.extend(job, .extended(try periods.states(ids)))) }
        guard try hasRoom(wish, ids, hold) else {
            try end(key, hold)
            return answers.append(.extend(job, .final(try periods.states(ids))))
        }
        try grow(key, hold, wish, ids)
        answers.append(.extend(job, .extended(try periods.states(ids))))
    }

    /// Returns the periods of an extension's lines: no level of the hold may be forgotten, and none be new.
    private func levels(
        of wish: HoldExtension, in hold: OpenHold
    ) throws(SQLiteError) -> Result<[Int64], LedgerError> {
        var ids: [Int64] = []
        for line in wish.lines {
            if let id = try periods.known(line) { ids.append(id) }
        }
        let isComplete = ids.count == wish.lines.count && Set(ids) == Set(hold.lines.map(\.period))
        guard isComplete, hold.bound?.currency == wish.quote.bound?.currency, wish.seq > 0 else {
            let place = "\(wish.request) attempt \(wish.attempt)"
            return .failure(
                LedgerError(
                    .conflict, "\(place): extension \(wish.seq) does not name the budgets and the currency of its hold")
            )
        }
        for line in wish.lines { _ = try periods.period(of: line, at: utcMilliseconds()) }
        return .success(ids)
    }

    private func hasRoom(_ wish: HoldExtension, _ ids: [Int64], _ hold: OpenHold) throws(SQLiteError) -> Bool {
        guard !hold.isFinal else { return false }
        for (line, id) in zip(wish.lines, ids) {
            guard let index = hold.lines.firstIndex(where: { $0.period == id }) else { continue }
            let more = max(0, line.nano) - hold.lines[index].held
            guard more > 0 else { continue }
            // A ceiling is for calls that have an alternative; one that runs has none.
            let verdict = try periods[id].verdict(for: more)
            guard !line.enforces || verdict == .room else { return false }
        }
        return true
    }

    /// Takes the larger hold. A bound never shrinks: what was promised to the vendor may be billed.
    private func grow(
        _ key: AttemptKey, _ hold: OpenHold, _ wish: HoldExtension, _ ids: [Int64]
    ) throws(SQLiteError) {
        var grown = hold
        grown.seq = wish.seq
        grown.inputMax = max(hold.inputMax, wish.quote.inputTokensMax)
        grown.outputMax = max(hold.outputMax, wish.quote.outputTokensMax)
        if let bound = hold.bound, let wished = wish.quote.bound, wished.nano > bound.nano { grown.bound = wished }
        for (line, id) in zip(wish.lines, ids) {
            guard let index = grown.lines.firstIndex(where: { $0.period == id }) else { continue }
            let more = max(0, line.nano) - grown.lines[index].held
            if more > 0 { grown.lines[index].held += try self.hold(more, for: line, on: id) }
        }
        try attempts.update(key, grown)
        undo.append((key, hold))
        open[key] = grown
    }

    private func end(_ key: AttemptKey, _ hold: OpenHold) throws(SQLiteError) {
        guard !hold.isFinal else { return }
        var final = hold
        final.isFinal = true
        try attempts.update(key, final)
        undo.append((key, hold))
        open[key] = final
    }
}

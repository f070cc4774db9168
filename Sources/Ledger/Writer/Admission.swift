import CSQLite
import Inference

/// Admission: all levels have room, or none is touched.
extension Writer {
    func admit(_ job: AdmitJob) throws(SQLiteError) {
        guard !job.withdrawal.isWithdrawn else { return answers.append(.admit(job, .cancelled)) }
        let hold = job.hold
        let key = AttemptKey(request: hold.request, attempt: hold.attempt)
        try begin()
        guard open[key] == nil, try !attempts.isSettled(key) else {
            let error = LedgerError(.conflict, "\(hold.request) attempt \(hold.attempt) has a hold already")
            return answers.append(.admit(job, .unavailable(error)))
        }
        var ids: [Int64] = []
        ids.reserveCapacity(hold.lines.count)
        for line in hold.lines { ids.append(try periods.period(of: line, at: hold.at)) }
        let blocked = waiting.blocks(ids, hold.lines)
        if try !decide(job, ids, behindOthers: blocked) {
            waiting.append(job, periods: ids, now: monotonicNanoseconds())
        }
    }

    /// Answers a job if it can be answered now; returns false when it must wait.
    private func decide(_ job: AdmitJob, _ ids: [Int64], behindOthers blocked: Int?) throws(SQLiteError) -> Bool {
        if let answer = try repetition(job.hold) {
            answers.append(.admit(job, answer))
            return true
        }
        var inTheWay = blocked
        for (index, line) in job.hold.lines.enumerated() {
            switch try verdict(for: line, line.nano, on: ids[index]) {
            case .room: break
            case .contended: inTheWay = inTheWay ?? index
            case .exhausted:
                // A crash or a correction may have filled it: then no hold and no settlement comes that would say so.
                if !line.alerts.isEmpty { try alerts.note(line.alerts, of: ids[index], try periods[ids[index]]) }
                answers.append(.admit(job, .exhausted(line, try periods.states(ids))))
                return true
            }
        }
        guard let inTheWay else {
            try take(job, ids)
            return true
        }
        guard job.hold.wait <= .zero else { return false }
        answers.append(.admit(job, .busy(job.hold.lines[inTheWay], try periods.states(ids))))
        return true
    }

    /// Whether a line has room for `nano` more. A budget that only alerts always has.
    func verdict(
        for line: BudgetLine, _ nano: Int64, on period: Int64
    ) throws(SQLiteError) -> PeriodCounters.Verdict {
        line.enforces ? try periods[period].verdict(for: nano, ceiling: line.ceiling) : .room
    }

    /// Sets `nano` aside for a line that has room, and returns what was set aside.
    func hold(_ nano: Int64, for line: BudgetLine, on period: Int64) throws(SQLiteError) -> Int64 {
        var held = nano
        try periods.change(period) { counters in
            if line.enforces { counters.hold(nano) } else { held = counters.holdUnlimited(nano) }
        }
        if !line.alerts.isEmpty { try alerts.note(line.alerts, of: period, try periods[period]) }
        return held
    }

    /// Makes the hold.
    private func take(_ job: AdmitJob, _ ids: [Int64]) throws(SQLiteError) {
        let hold = job.hold
        let key = AttemptKey(request: hold.request, attempt: hold.attempt)
        let entry = IdentityBook.Entry(
            call: hold.identity, provider: hold.provider, upstreamModel: hold.upstreamModel, price: hold.price,
            isFree: hold.isFree, currency: hold.price?.currency ?? hold.quote.bound?.currency)
        var held = OpenHold(
            identity: try identities.id(of: entry), admittedAt: hold.at, inputMax: hold.quote.inputTokensMax,
            outputMax: hold.quote.outputTokensMax, bound: hold.quote.bound)
        held.lines.reserveCapacity(ids.count)
        for (line, id) in zip(hold.lines, ids) where !held.lines.contains(where: { $0.period == id }) {
            let rate: Int64? = if let fx = line.fx { try rates.id(of: fx) } else { nil }
            let nano = try self.hold(max(0, line.nano), for: line, on: id)
            held.lines.append(OpenHold.Line(period: id, held: nano, fx: line.fx, rate: rate, alerts: line.alerts))
        }
        try attempts.open(key, held)
        try attempts.supersede(before: key, rollups)
        if hold.attempt > 1 {
            supersedeOpen(before: key)
        } else if let name = hold.idempotency {
            try idempotency.write(name, of: hold.request, at: hold.at, in: epoch.number)
        }
        try skew.note(hold.at, of: hold.request)
        undo.append((key, nil))
        open[key] = held
        answers.append(.admit(job, .held(try periods.states(ids))))
    }

    /// Attempts that still run when a later one begins; a request has few.
    private func supersedeOpen(before key: AttemptKey) {
        for earlier in max(1, key.attempt - 16)..<key.attempt {
            let name = AttemptKey(request: key.request, attempt: earlier)
            guard let hold = open[name] else { continue }
            undo.append((name, hold))
            open[name]?.isSuperseded = true
        }
    }

    /// Lets those go who have left or waited long enough, and admits those for whom there is room, in their order.
    func retryWaiting() throws(SQLiteError) {
        guard let deadline = waiting.earliestDeadline else { return }
        let now = monotonicNanoseconds()
        guard mayAdmit || deadline <= now else { return }
        mayAdmit = false
        try begin()
        let places = waiting.places
        waiting = WaitingLine()
        for (index, place) in places.enumerated() {
            do {
                try retry(place, now)
            } catch {
                for rest in places[index...] { waiting.keep(rest) }
                throw error
            }
        }
    }

    private func retry(_ place: WaitingLine.Place, _ now: Int64) throws(SQLiteError) {
        guard !place.job.withdrawal.isWithdrawn else { return answers.append(.admit(place.job, .cancelled)) }
        let blocked = waiting.blocks(place.periods, place.job.hold.lines)
        if try decide(place.job, place.periods, behindOthers: blocked) { return }
        guard place.deadline <= now else { return waiting.keep(place) }
        let index = try firstContended(place) ?? blocked ?? 0
        answers.append(.admit(place.job, .busy(place.job.hold.lines[index], try periods.states(place.periods))))
    }

    private func firstContended(_ place: WaitingLine.Place) throws(SQLiteError) -> Int? {
        for (index, line) in place.job.hold.lines.enumerated() {
            if try verdict(for: line, line.nano, on: place.periods[index]) == .contended { return index }
        }
        return nil
    }
}

import CivilTime
import Inference

/// Derives the days of periods anew, and their counters.
extension LedgerReader {
    /// Σ line.posted + what removed lines had posted + Σ adjustment = posted, Σ of open lines = held, and so on, for each
    /// period; the limit from its first and its changes; the bounds from the calendar of its zone.
    func periods() throws -> [Finding] {
        let select = try connection.prepare(PeriodSums.query)
        var calendar = PeriodCalendar()
        var findings: [Finding] = []
        while try select.step() {
            let sums = PeriodSums(select)
            if let problem = calendar.problem(with: sums) {
                findings.append(Finding(place: sums.place, problem: problem))
            }
            func compare(_ name: String, _ counter: Int64, _ derived: Int64, _ of: String = "its lines sum up to") {
                guard counter != derived else { return }
                let texts = (Money.decimal(nano: counter), Money.decimal(nano: derived))
                findings.append(Finding(place: sums.place, problem: "\(name) is \(texts.0), \(of) \(texts.1)"))
            }
            compare("limit", sums.limit, sums.derivedLimit, "with all its changes it is")
            guard !sums.isSaturated else { continue }
            compare("posted", sums.posted, sums.linesPosted)
            compare("held", sums.held, sums.linesHeld)
            compare("presumed", sums.presumed, sums.linesPresumed)
            compare("overrun", sums.overrun, sums.linesOverrun)
            compare("allowance", sums.allowance, sums.derivedAllowance, "above limit and overrun stands")
        }
        return findings
    }
}

/// The calendars of the zones that periods name.
private struct PeriodCalendar {
    private var zones: [String: TimeZoneRules?] = [:]

    /// What is wrong with a period's beginning, end or label; nil when a week or another window of its zone is just so.
    mutating func problem(with sums: PeriodSums) -> String? {
        if zones[sums.zone] == nil { zones[sums.zone] = .some(try? TimeZoneRules(named: sums.zone)) }
        guard let rules = zones[sums.zone] ?? nil else { return "the system has no zone '\(sums.zone)'" }
        guard let window = CalendarWindow(rawValue: sums.window) else { return "there is no window '\(sums.window)'" }
        let wanted = CalendarPeriod(label: sums.label, startsAt: sums.startsAt, endsAt: sums.endsAt)
        // Which day weeks begin with is not in the row.
        for weekStart in window == .week ? 1...7 : 1...1 {
            let found = period(containing: sums.startsAt, window: window, zone: rules, weekStart: weekStart)
            if found == wanted { return nil }
        }
        let found = period(containing: sums.startsAt, window: window, zone: rules, weekStart: 1)
        return "is from \(Timestamp.format(sums.startsAt)) to \(Timestamp.format(sums.endsAt)), the \(sums.window)"
            + " of \(sums.zone) is \(found.label), from \(Timestamp.format(found.startsAt)) to \(Timestamp.format(found.endsAt))"
    }
}

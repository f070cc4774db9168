/// What a zone does every year, from the POSIX `TZ` string at the end of its file (RFC 9636 §3.3).
struct RecurringRule: Sendable, Equatable {
    /// Seconds east of UTC, in winter or always.
    var standard: Int
    var summer: Summer?

    struct Summer: Sendable, Equatable {
        /// Seconds east of UTC.
        var offset: Int
        var start: YearlyMoment
        var end: YearlyMoment
    }

    func offset(atUTC seconds: Int64) -> Int {
        guard let summer else { return standard }
        let (start, end) = turns(year: standardYear(of: seconds), summer)
        let isSummer = start < end ? start <= seconds && seconds < end : !(end <= seconds && seconds < start)
        return isSummer ? summer.offset : standard
    }

    func nextTransition(after seconds: Int64) -> Int64? {
        guard let summer else { return nil }
        let year = standardYear(of: seconds)
        return [year - 1, year, year + 1]
            .flatMap { year in [turns(year: year, summer).start, turns(year: year, summer).end] }
            .filter { $0 > seconds && offset(atUTC: $0) != offset(atUTC: $0 - 1) }
            .min()
    }

    private func standardYear(of seconds: Int64) -> Int {
        CivilDate(daysSince1970: Int((seconds + Int64(standard)).dividedDown(by: 86_400).quotient)).year
    }

    private func turns(year: Int, _ summer: Summer) -> (start: Int64, end: Int64) {
        (
            summer.start.localSeconds(year: year) - Int64(standard),
            summer.end.localSeconds(year: year) - Int64(summer.offset)
        )
    }
}

/// A day of each year and a time on it, on the local clock before it turns.
struct YearlyMoment: Sendable, Equatable {
    enum Day: Sendable, Equatable {
        /// `Mm.w.d`: a weekday, 0 for Sunday, of the first to fourth or the last (5) week of a month.
        case weekday(month: Int, week: Int, day: Int)
        /// `Jn`: 1 to 365, never the leap day.
        case dayOfYear(Int)
        /// `n`: 0 to 365, the leap day counts.
        case dayCounted(Int)
    }

    var day: Day
    /// Seconds since midnight: negative or beyond a day where a rule says so.
    var time: Int

    /// Seconds since 1970 on the local clock.
    func localSeconds(year: Int) -> Int64 { Int64(days(year: year)) * 86_400 + Int64(time) }

    private func days(year: Int) -> Int {
        let newYear = CivilDate(year: year, month: 1, uncheckedDay: 1)
        switch day {
        case .dayCounted(let count): return newYear.daysSince1970 + count
        case .dayOfYear(let count):
            return newYear.daysSince1970 + count - (newYear.isLeapYear && count >= 60 ? 0 : 1)
        case .weekday(let month, let week, let day):
            let first = CivilDate(year: year, month: month, uncheckedDay: 1)
            let ahead = (day - first.weekday % 7 + 7) % 7 + (week - 1) * 7
            return first.daysSince1970 + (ahead < first.daysInMonth ? ahead : ahead - 7)
        }
    }
}

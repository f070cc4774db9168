/// When the clocks of a place differ from UTC, and by how much.
package struct TimeZoneRules: Sendable, Equatable {
    package let name: String
    /// The offset before the first transition, in seconds east of UTC.
    private let initialOffset: Int
    private let transitions: [Transition]
    /// What holds after the last transition, for ever.
    private let footer: RecurringRule?

    struct Transition: Sendable, Equatable {
        /// Seconds since 1970, UTC.
        var at: Int64
        /// From then on, in seconds east of UTC.
        var offset: Int
    }

    init(name: String, initialOffset: Int, transitions: [Transition], footer: RecurringRule?) {
        self.name = name
        self.initialOffset = initialOffset
        self.transitions = transitions
        self.footer = footer
    }

    /// Needs no file.
    package static let utc = TimeZoneRules(name: "UTC", initialOffset: 0, transitions: [], footer: nil)

    /// Reads the rules that the system has for a zone, such as `Europe/Berlin`. `UTC` needs no file.
    package init(named name: String, directory: String = "/usr/share/zoneinfo") throws(TimeZoneError) {
        self = name == "UTC" ? .utc : try ZoneFile.rules(named: name, directory: directory)
    }

    /// The offset at a moment, in seconds east of UTC.
    ///
    /// - Parameter seconds: since 1970, UTC.
    package func offset(atUTC seconds: Int64) -> Int {
        let seconds = min(max(seconds, Self.range.lowerBound), Self.range.upperBound)
        let index = firstTransition(after: seconds)
        if index == transitions.count, let footer { return footer.offset(atUTC: seconds) }
        return index == 0 ? initialOffset : transitions[index - 1].offset
    }

    /// Far beyond every calendar, and far from overflow.
    private static let range: ClosedRange<Int64> = -1 << 40...1 << 40

    /// The first change of the offset after a moment; nil when there is none.
    func nextTransition(after seconds: Int64) -> Int64? {
        let index = firstTransition(after: seconds)
        if index < transitions.count { return transitions[index].at }
        return footer?.nextTransition(after: seconds)
    }

    private func firstTransition(after seconds: Int64) -> Int {
        var low = 0
        var high = transitions.count
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle].at <= seconds { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension TimeZoneRules {
    /// The day on the calendar of the place.
    ///
    /// - Parameter milliseconds: since 1970, UTC.
    package func date(atUTC milliseconds: Int64) -> CivilDate {
        let moment = min(max(milliseconds, Timestamp.range.lowerBound), Timestamp.range.upperBound)
        let seconds = moment.dividedDown(by: 1_000).quotient
        let local = seconds + Int64(offset(atUTC: seconds))
        return CivilDate(daysSince1970: Int(local.dividedDown(by: 86_400).quotient))
    }

    /// The first moment of a day, in milliseconds since 1970, UTC.
    ///
    /// Where clocks skip midnight, the day begins when they have skipped it. A day that a place left out begins when
    /// the next one does. Where clocks go back over midnight, the day begins the first time.
    package func start(of date: CivilDate) -> Int64 {
        let midnight = Int64(date.daysSince1970) * 86_400
        // No offset reaches 26 hours: then the day has not begun anywhere.
        var moment = midnight - 26 * 3_600
        while true {
            let begin = max(moment, midnight - Int64(offset(atUTC: moment)))
            guard let next = nextTransition(after: moment), next <= begin else { return begin * 1_000 }
            moment = next
        }
    }
}

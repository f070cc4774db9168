import Inference

/// Those who wait for holds to come back, in the order of their coming. Nobody overtakes on a period.
struct WaitingLine {
    struct Place {
        var job: AdmitJob
        /// In the order of the hold's lines.
        var periods: [Int64]
        /// Monotonic nanoseconds.
        var deadline: Int64
    }

    private(set) var places: [Place] = []
    private var waitedFor: Set<Int64> = []

    var isEmpty: Bool { places.isEmpty }
    var earliestDeadline: Int64? { places.lazy.map(\.deadline).min() }

    /// Returns the first line whose period somebody waits for already.
    func blocks(_ periods: [Int64], _ lines: [BudgetLine]) -> Int? {
        guard !places.isEmpty else { return nil }
        return periods.indices.first { lines[$0].mayWait && waitedFor.contains(periods[$0]) }
    }

    mutating func append(_ job: AdmitJob, periods: [Int64], now: Int64) {
        let (deadline, overflowed) = now.addingReportingOverflow(job.hold.wait.nanoseconds)
        keep(Place(job: job, periods: periods, deadline: overflowed ? .max : deadline))
    }

    mutating func keep(_ place: Place) {
        for (period, line) in zip(place.periods, place.job.hold.lines) where line.mayWait { waitedFor.insert(period) }
        places.append(place)
    }
}

extension BudgetLine {
    /// A line that needs no money, or only alerts, never waits.
    fileprivate var mayWait: Bool { enforces && nano > 0 }
}

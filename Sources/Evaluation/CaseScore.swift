import Analysis

/// How often one case passed.
package struct CaseScore: Sendable, Equatable {
    package var id: String
    package var weight: Double
    /// Runs that came to a result, and those of them that passed.
    package var finished: Int
    package var passed: Int
    package var errors: Int

    /// The share of its runs that passed; nil without a result.
    package var share: Double? { finished == 0 ? nil : Double(passed) / Double(finished) }
}

/// The share of cases that pass, where cases may weigh differently and have run several times.
package struct PassRate: Sendable, Equatable {
    package var cases: Int
    package var share: Double
    /// 95 %, with the case as the unit: runs of one case are no new evidence.
    package var lower: Double
    package var upper: Double

    /// Returns nil when no case has a result.
    package init?(_ scores: [CaseScore]) {
        let known = scores.compactMap { score in score.share.map { (share: $0, weight: score.weight) } }
        let weight = known.reduce(0) { $0 + $1.weight }
        guard weight > 0 else { return nil }
        cases = known.count
        share = known.reduce(0) { $0 + $1.share * $1.weight } / weight
        // So many cases of one weight would say as much (Kish).
        let trials = weight * weight / known.reduce(0) { $0 + $1.weight * $1.weight }
        let interval = Proportion.wilson(share: share, trials: trials)
        (lower, upper) = (interval.lower, interval.upper)
    }

    var text: String { "\(Shown.percent(share)) (\(Shown.percent(lower)) to \(Shown.percent(upper)))" }
}

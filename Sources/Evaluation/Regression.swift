import Analysis

/// A prompt beside another version of it, on the same cases.
package struct Regression: Sendable, Equatable {
    /// The version that it is compared with, such as `support-reply@3.0.0`.
    package var baseline: String
    package var cases: Int
    /// Shares of passing runs, averaged over the cases that both have.
    package var before: Double
    package var after: Double
    package var improved: Int
    package var worsened: Int
    /// The chance of such a drop if neither were better.
    package var probability: Double
    /// What is asked, and the smallest drop that so many cases can show with a chance of 80 %; nil for none.
    package var detectable: Double?
    package var isRepeated: Bool

    package var drop: Double { before - after }

    /// Compares the cases that have results on both sides; nil when there are none.
    package init?(_ candidate: [CaseScore], _ baseline: [CaseScore], name: String, alpha: Double) {
        let old = Dictionary(baseline.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let pairs = candidate.compactMap { score -> (new: CaseScore, old: CaseScore)? in
            guard score.share != nil, let other = old[score.id], other.share != nil else { return nil }
            return (score, other)
        }
        guard !pairs.isEmpty else { return nil }
        let differences = pairs.map { ($0.new.share ?? 0) - ($0.old.share ?? 0) }
        self.baseline = name
        cases = pairs.count
        before = pairs.reduce(0) { $0 + ($1.old.share ?? 0) } / Double(cases)
        after = pairs.reduce(0) { $0 + ($1.new.share ?? 0) } / Double(cases)
        improved = differences.count { $0 > 0 }
        worsened = differences.count { $0 < 0 }
        isRepeated = pairs.contains { $0.new.finished > 1 || $0.old.finished > 1 }
        detectable = Power.detectableDrop(cases: cases, alpha: alpha)
        guard isRepeated, let mean = PairedMean(differences: differences) else {
            probability = McNemar(improved: improved, worsened: worsened).oneSided
            return
        }
        probability = mean.oneSided
        // Without any scatter the mean says nothing of what it could see; the count of cases still does.
        if mean.error > 0 { detectable = mean.detectableDrop(alpha: alpha) }
    }

    /// Whether it is worse by more than `margin`, and by more than chance explains.
    package func isRegression(_ rule: RegressionRule) -> Bool {
        drop > rule.margin + 1e-12 && probability < rule.alpha
    }

    /// `95.0 % → 91.7 %, 1 better, 3 worse, p = 0.313 (exact McNemar); 12 cases cannot show a drop below 49.7 points`
    var text: String { "\(change), \(evidence)" }

    /// `95.0 % → 91.7 %`
    var change: String { "\(Shown.percent(before)) → \(Shown.percent(after))" }

    /// Why that is more than chance or not, and what the comparison could not have seen.
    var evidence: String {
        let test = isRepeated ? "paired t" : "exact McNemar"
        let power =
            detectable.map { "\(Shown.count(cases, "case")) cannot show a drop below \(Shown.points($0))" }
            ?? "\(Shown.count(cases, "case")) cannot show any drop"
        return "\(improved) better, \(worsened) worse, p = \(Shown.decimal(probability, places: 3)) (\(test)); \(power)"
    }
}

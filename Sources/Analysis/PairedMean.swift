/// The mean difference between two versions on the same cases, from one number a case.
///
/// A case that ran several times gives the difference of its means: runs of one case resemble each other, and counting
/// each as new evidence would make the interval too narrow. So the cases are the clusters.
package struct PairedMean: Sendable, Equatable {
    package let count: Int
    /// New less old.
    package let mean: Double
    /// The standard error of the mean; 0 when all cases agree.
    package let error: Double

    /// Returns nil for fewer than two cases: one says nothing of how they scatter.
    package init?(differences: [Double]) {
        guard differences.count > 1 else { return nil }
        let all = Double(differences.count)
        let centre = differences.reduce(0, +) / all
        let squares = differences.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
        count = differences.count
        mean = centre
        error = (squares / (all - 1) / all).squareRoot()
    }

    private var freedom: Double { Double(count - 1) }

    package func interval(confidence: Double = 0.95) -> Interval {
        let half = StudentT.quantile(0.5 + confidence / 2, freedom: freedom) * error
        return Interval(lower: mean - half, upper: mean + half)
    }

    /// The chance of a drop of this size or a larger one, if neither version were better.
    package var oneSided: Double {
        guard error > 0 else { return mean < 0 ? 0 : 1 }
        return StudentT.distribution(mean / error, freedom: freedom)
    }

    /// The drop that a test at `alpha` sees with the chance `power`, given how the cases scattered here.
    package func detectableDrop(alpha: Double, power: Double = 0.8) -> Double {
        let factor = StudentT.quantile(1 - alpha, freedom: freedom) + StudentT.quantile(power, freedom: freedom)
        return min(1, factor * error)
    }
}

/// What a share of successes says of the share in general.
package enum Proportion {
    /// The 97.5 % quantile of the normal distribution: an interval of 95 %.
    package static let z95 = 1.959963984540054

    /// Wilson's score interval; 0 to 1 when nothing was tried.
    ///
    /// - Parameters:
    ///   - share: 0 to 1. It need not be a whole number of `trials`: cases that ran several times have means.
    ///   - trials: how many independent trials stand behind it; an effective number, where they weigh differently.
    package static func wilson(share: Double, trials: Double, z: Double = z95) -> Interval {
        guard trials > 0 else { return Interval(lower: 0, upper: 1) }
        let square = z * z
        let denominator = 1 + square / trials
        let centre = (share + square / (2 * trials)) / denominator
        let inner = share * (1 - share) / trials + square / (4 * trials * trials)
        let half = z * max(0, inner).squareRoot() / denominator
        return Interval(lower: max(0, centre - half), upper: min(1, centre + half))
    }
}

/// The share of good answers, corrected for a judge whose mistakes are known (Rogan and Gladen, 1978).
package struct RoganGladen: Sendable, Equatable {
    /// 0 to 1.
    package let share: Double
    package let error: Double

    /// Returns nil when the judge is no better than a coin: then its verdicts say nothing.
    ///
    /// - Parameters:
    ///   - passed: the share that the judge passed, of `count` answers.
    ///   - specificity: with the number of bad answers that it was measured on.
    ///   - sensitivity: with the number of good answers that it was measured on.
    package init?(
        passed: Double, of count: Int, specificity: (share: Double, count: Int),
        sensitivity: (share: Double, count: Int)
    ) {
        let (q0, q1) = (specificity.share, sensitivity.share)
        let skill = q0 + q1 - 1
        guard skill > 0, count > 0, specificity.count > 0, sensitivity.count > 0 else { return nil }
        let raw = min(1, max(0, (passed + q0 - 1) / skill))
        let sampling = passed * (1 - passed) / Double(count)
        let ofBad = (1 - raw) * (1 - raw) * q0 * (1 - q0) / Double(specificity.count)
        let ofGood = raw * raw * q1 * (1 - q1) / Double(sensitivity.count)
        share = raw
        error = ((sampling + ofBad + ofGood) / (skill * skill)).squareRoot()
    }

    /// 95 %, within 0 to 1.
    package var interval: Interval {
        let half = Proportion.z95 * error
        return Interval(lower: max(0, share - half), upper: min(1, share + half))
    }
}

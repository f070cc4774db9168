/// What a comparison on a number of cases can see at all.
package enum Power {
    /// The smallest share of cases that must newly fail for the one-sided exact test to notice it.
    ///
    /// The kindest case is counted, in which nothing newly passes; whatever does makes it harder. Returns nil when no
    /// drop could be noticed, however large.
    ///
    /// - Parameters:
    ///   - alpha: the test's level.
    ///   - power: the chance with which it shall notice.
    package static func detectableDrop(cases: Int, alpha: Double, power: Double = 0.8) -> Double? {
        var needed = 1
        while needed <= cases, McNemar(improved: 0, worsened: needed).oneSided > alpha { needed += 1 }
        guard needed <= cases else { return nil }
        var (low, high) = (0.0, 1.0)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if Binomial.tail(atLeast: needed, of: cases, share: middle) < power { low = middle } else { high = middle }
        }
        return high
    }
}

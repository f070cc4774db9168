/// The exact test of McNemar: do two versions differ on the same cases?
///
/// Only cases on which they disagree say something. If neither were better, each of those would be a fair coin.
package struct McNemar: Sendable, Equatable {
    /// Cases that fail with the old version and pass with the new.
    package let improved: Int
    /// Cases that pass with the old version and fail with the new.
    package let worsened: Int

    package init(improved: Int, worsened: Int) {
        self.improved = max(0, improved)
        self.worsened = max(0, worsened)
    }

    /// The chance of so many worsened cases or more, if neither version were better.
    package var oneSided: Double {
        let all = improved + worsened
        return all == 0 ? 1 : Binomial.tail(atLeast: worsened, of: all, share: 0.5)
    }

    /// The chance of a split at least so uneven, in either direction.
    package var twoSided: Double {
        let all = improved + worsened
        guard all > 0 else { return 1 }
        return min(1, 2 * Binomial.tail(atLeast: max(improved, worsened), of: all, share: 0.5))
    }
}

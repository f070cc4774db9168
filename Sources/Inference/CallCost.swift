/// What a request cost, all its attempts together: a sum for each currency that was charged.
package struct CallCost: Sendable, Hashable, CustomStringConvertible {
    /// The currency of the last attempt comes first.
    package private(set) var sums: [Money] = []
    /// Whether an attempt had no price: what it cost is unknown, and not zero.
    package private(set) var isUnpriced = false

    package init() {}

    /// - Parameter charge: nil for an attempt without a price.
    package mutating func add(_ charge: Money?) {
        guard let charge else {
            isUnpriced = true
            return
        }
        let before = sums.first { $0.currency == charge.currency }?.nano ?? 0
        sums.removeAll { $0.currency == charge.currency }
        sums.insert(Money(nano: before.addingClamped(charge.nano), charge.currency), at: 0)
    }

    /// Whether an attempt was billed, or is presumed to have been.
    package var isCharged: Bool { isUnpriced || !sums.isEmpty }

    /// For example `0.000013950 USD`, `0.000013950 USD, 0.000020000 EUR`, `unpriced`.
    package var description: String {
        let parts = sums.map(\.description) + (isUnpriced || sums.isEmpty ? ["unpriced"] : [])
        return parts.joined(separator: ", ")
    }
}

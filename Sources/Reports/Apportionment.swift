import Inference

/// Divides a sum into whole parts that add up to it.
enum Apportionment {
    /// Returns a part for each weight, in proportion to it; what rounding leaves goes to the largest remainders.
    ///
    /// - Parameters:
    ///   - total: parts of less than zero are at most zero.
    ///   - weights: at least one, none below zero; if all are zero, the first part is everything.
    static func parts(of total: Int64, weights: [UInt128]) -> [Int64] {
        guard total >= 0 else {
            return Apportionment.parts(of: Int64(0).subtractingClamped(total), weights: weights).map { -$0 }
        }
        var parts = [Int64](repeating: 0, count: weights.count)
        let sum = weights.reduce(UInt128(0)) { $0.addingClamped($1) }
        guard !weights.isEmpty, total > 0 else { return parts }
        guard sum > 0 else {
            parts[0] = total
            return parts
        }
        var remainders: [(index: Int, rest: UInt128)] = []
        var left = total
        for (index, weight) in weights.enumerated() {
            // The product needs 192 bits; the quotient is at most the total, since no weight exceeds the sum.
            let product = UInt128(total).multipliedFullWidth(by: min(weight, sum))
            let (part, rest) = sum.dividingFullWidth(product)
            parts[index] = min(Int64(clamping: part), left)
            left -= parts[index]
            remainders.append((index, rest))
        }
        for (index, _) in remainders.sorted(by: { ($1.rest, $0.index) < ($0.rest, $1.index) }) where left > 0 {
            parts[index] += 1
            left -= 1
        }
        return parts
    }
}

extension UInt128 {
    fileprivate func addingClamped(_ other: UInt128) -> UInt128 {
        let (sum, overflowed) = addingReportingOverflow(other)
        return overflowed ? .max : sum
    }
}

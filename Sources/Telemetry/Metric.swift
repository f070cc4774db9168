/// What can stand in a family: a counter, a gauge or a histogram.
package protocol Metric: AnyObject, Sendable {
    /// The word of the exposition's `TYPE` line.
    static var kind: StaticString { get }

    /// The numbers as they are now, with the point set before the last `decimals` digits.
    func samples(decimals: Int) -> [MetricSample]
}

/// One line of the exposition, without its labels.
package struct MetricSample: Sendable, Equatable {
    var suffix: String = ""
    /// The label `le` of a bucket.
    var bound: String?
    var value: String
}

/// An integer with a decimal point inside: `fixedPoint(648_900, decimals: 9)` is `0.000648900`.
func fixedPoint(_ value: Int64, decimals: Int) -> String {
    guard decimals > 0 else { return String(value) }
    let digits = String(value.magnitude)
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    return (value < 0 ? "-" : "") + padded.dropLast(decimals) + "." + padded.suffix(decimals)
}

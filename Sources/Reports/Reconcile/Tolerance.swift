import Inference

/// How far two amounts may be apart and still count as the same: a share of the larger one.
package struct Tolerance: Sendable, Hashable {
    /// What roundings of exports come to: a millionth of a unit of the currency.
    private static let least: Int64 = 1_000

    /// Millionths.
    private let ppm: Int128

    /// Reads `0.5%` or `0.5`: per cent, from 0 to 100.
    package init?(_ text: String) {
        let number = text.hasSuffix("%") ? String(text.dropLast()) : text
        guard let ppm = ExactDecimal(number)?.scaled(places: 4, rounding: .nearest), (0...1_000_000).contains(ppm)
        else { return nil }
        self.ppm = ppm
    }

    /// Half a per cent.
    package static let usual = Tolerance(ppm: 5_000)

    private init(ppm: Int128) {
        self.ppm = ppm
    }

    /// Whether two amounts in nano-units are as good as equal.
    func covers(_ one: Int64, _ other: Int64) -> Bool {
        (Int128(one) - Int128(other)).magnitude <= UInt128(Tolerance.least) || isShare(one, other)
    }

    /// Whether two counts differ by no more than the share.
    func isShare(_ one: Int64, _ other: Int64) -> Bool {
        let difference = (Int128(one) - Int128(other)).magnitude
        return difference * 1_000_000 <= UInt128(ppm) * UInt128(max(one.magnitude, other.magnitude))
    }
}

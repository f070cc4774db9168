import Inference

/// How figures of an evaluation look in reports.
enum Shown {
    /// Without a fraction where there is none: `4000`, `0.75`.
    static func number(_ value: Double) -> String {
        guard let whole = Int64(exactly: value) else { return decimal(value, places: 3) }
        return String(whole)
    }

    /// Rounded to `places`: `0.864`. What is no number is `-`.
    static func decimal(_ value: Double, places: Int) -> String {
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        guard let scaled = Int64(exactly: (value * scale).rounded()) else { return "-" }
        let digits = String(scaled.magnitude)
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        let sign = scaled < 0 ? "-" : ""
        return places == 0 ? sign + padded : sign + padded.dropLast(places) + "." + padded.suffix(places)
    }

    /// `91.7 %`
    static func percent(_ share: Double) -> String { decimal(share * 100, places: 1) + " %" }

    /// A difference of shares in percentage points: `-3.5 points`.
    static func points(_ share: Double) -> String { decimal(share * 100, places: 1) + " points" }

    /// `0.000648900 USD`, or `unpriced`.
    static func cost(_ cost: Money?) -> String { cost?.description ?? "unpriced" }

    static func count(_ number: Int, _ one: String, _ many: String? = nil) -> String {
        "\(number) \(number == 1 ? one : many ?? one + "s")"
    }
}

import Inference

/// What the vendor says of one day of one model in one currency.
struct VendorDay: Sendable {
    /// Nano-units, rounded once; nil when the export has tokens alone.
    var cost: Int64? { exact.map { Int64(clamping: ($0 + 500_000_000) / 1_000_000_000) } }
    private(set) var input: Int64?
    private(set) var output: Int64?
    private(set) var isFee = false
    private var exact: Int128?
    private var repeated: Int128 = 0

    /// Nano-units without the lines that are the same as another; nil where there is none.
    var costWithoutRepeats: Int64? {
        guard repeated != 0, let exact else { return nil }
        return Int64(clamping: (exact &- repeated &+ 500_000_000) / 1_000_000_000)
    }

    mutating func addRepeat(_ charge: VendorCharge) {
        let (sum, overflowed) = repeated.addingReportingOverflow(charge.cost ?? 0)
        repeated = overflowed ? repeated : sum
    }

    mutating func add(_ charge: VendorCharge) {
        if let cost = charge.cost {
            let (sum, overflowed) = (exact ?? 0).addingReportingOverflow(cost)
            exact = overflowed ? exact : sum
        }
        if let tokens = charge.input { input = (input ?? 0).addingClamped(tokens) }
        if let tokens = charge.output { output = (output ?? 0).addingClamped(tokens) }
        if charge.isFee { isFee = true }
    }
}

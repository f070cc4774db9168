/// The tokens of one attempt, by billing class.
///
/// The classes are disjoint and their sum is what the vendor bills; `reasoning` alone is a part of `output`,
/// kept for information. How each vendor's own figures map to these is its adapter's business.
public struct Usage: Sendable, Hashable {
    /// Input tokens that were neither read from a cache nor written to one.
    public var input: Int64 = 0
    public var cachedInput: Int64 = 0
    /// Written to the vendor's cache at its shortest lifetime (5 or 30 minutes).
    public var cacheWrite: Int64 = 0
    public var cacheWrite1h: Int64 = 0
    public var cacheWrite12h: Int64 = 0
    public var audioInput: Int64 = 0
    public var imageInput: Int64 = 0
    /// Output tokens, reasoning among them.
    public var output: Int64 = 0
    public var audioOutput: Int64 = 0
    public var imageOutput: Int64 = 0
    /// The part of `output` that was reasoning; already billed there.
    public var reasoning: Int64 = 0
    /// What is billed by the piece, by name, such as `web_search: 2`; nil for nearly every call.
    public var extras: [String: Int64]?

    public init() {}

    public init(input: Int64, output: Int64) {
        self.input = input
        self.output = output
    }

    /// Everything that was read: the vendor compares this with its long-context limit.
    public var totalInput: Int64 {
        [input, cachedInput, cacheWrite, cacheWrite1h, cacheWrite12h, audioInput, imageInput]
            .reduce(0) { $0.addingClamped($1) }
    }

    /// Everything that was written.
    public var totalOutput: Int64 { output.addingClamped(audioOutput).addingClamped(imageOutput) }

    /// The name of the extra that holds what the vendor itself says that the call cost, in nano-dollars.
    ///
    /// It is the charge, in place of what the price book would make of the tokens.
    public static let vendorCost = "vendor_cost_nano"
}

extension Int64 {
    /// The sum, or the nearest bound: a figure from outside must never trap.
    public func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflowed) = addingReportingOverflow(other)
        return overflowed ? (self < 0 ? .min : .max) : sum
    }
}

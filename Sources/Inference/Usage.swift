/// The tokens of one attempt, by billing class.
///
/// The classes are disjoint and their sum is what the vendor bills; `reasoning` alone is a part of `output`,
/// kept for information. How each vendor's own figures map to these is its adapter's business.
public struct Usage: Sendable, Hashable {
    private var tokens = ByClass<Int64>(repeating: 0)
    /// The part of `output` that was reasoning; already billed there.
    public var reasoning: Int64 = 0
    /// What is billed by the piece, by name, such as `web_search: 2`; nil for nearly every call.
    public var extras: [String: Int64]?

    public init() {}

    public init(input: Int64, output: Int64) {
        tokens[.input] = input
        tokens[.output] = output
    }

    public subscript(_ billingClass: BillingClass) -> Int64 {
        get { tokens[billingClass] }
        set { tokens[billingClass] = newValue }
    }

    /// Everything that was read: the vendor compares this with its long-context limit.
    public var totalInput: Int64 { total(of: .input) }

    /// Everything that was written.
    public var totalOutput: Int64 { total(of: .output) }

    private func total(of side: BillingClass.Side) -> Int64 {
        BillingClass.all.reduce(0) { $1.side == side ? $0.addingClamped(tokens[$1]) : $0 }
    }

    /// The tokens of a class and of those that it stands for, see ``BillingClass/summary``.
    package func tokens(under summary: BillingClass) -> Int64 {
        BillingClass.all.reduce(0) { $1.summary == summary ? $0.addingClamped(tokens[$1]) : $0 }
    }

    /// What is billed by the piece, in the order of the names, without what the vendor itself says of the cost.
    public var pieces: [(name: String, count: Int64)] {
        guard let extras else { return [] }
        return extras.filter { $0.key != Usage.vendorCost }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// Adds class by class, piece by piece; sums stop at the nearest bound.
    package mutating func add(_ other: Usage) {
        for each in BillingClass.all { tokens[each] = tokens[each].addingClamped(other.tokens[each]) }
        reasoning = reasoning.addingClamped(other.reasoning)
        guard let more = other.extras else { return }
        extras = (extras ?? [:]).merging(more) { $0.addingClamped($1) }
    }

    /// Every count of tokens changed in the same way; pieces are left out.
    package func mapTokens(_ change: (Int64) -> Int64) -> Usage {
        var changed = Usage()
        for each in BillingClass.all { changed.tokens[each] = change(tokens[each]) }
        changed.reasoning = change(reasoning)
        return changed
    }

    /// The name of the extra that holds what the vendor itself says that the call cost, in nano-dollars.
    ///
    /// It is the charge, in place of what the price book would make of the tokens.
    public static let vendorCost = "vendor_cost_nano"
}

/// Classes by their names, for who reads a vendor's figures.
extension Usage {
    public var input: Int64 {
        get { self[.input] }
        set { self[.input] = newValue }
    }

    public var cachedInput: Int64 {
        get { self[.cachedInput] }
        set { self[.cachedInput] = newValue }
    }

    public var cacheWrite: Int64 {
        get { self[.cacheWrite] }
        set { self[.cacheWrite] = newValue }
    }

    public var cacheWrite1h: Int64 {
        get { self[.cacheWrite1h] }
        set { self[.cacheWrite1h] = newValue }
    }

    public var cacheWrite12h: Int64 {
        get { self[.cacheWrite12h] }
        set { self[.cacheWrite12h] = newValue }
    }

    public var audioInput: Int64 {
        get { self[.audioInput] }
        set { self[.audioInput] = newValue }
    }

    public var imageInput: Int64 {
        get { self[.imageInput] }
        set { self[.imageInput] = newValue }
    }

    public var output: Int64 {
        get { self[.output] }
        set { self[.output] = newValue }
    }

    public var audioOutput: Int64 {
        get { self[.audioOutput] }
        set { self[.audioOutput] = newValue }
    }

    public var imageOutput: Int64 {
        get { self[.imageOutput] }
        set { self[.imageOutput] = newValue }
    }
}

extension Int64 {
    /// The sum, or the nearest bound: a figure from outside must never trap.
    public func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflowed) = addingReportingOverflow(other)
        return overflowed ? (self < 0 ? .min : .max) : sum
    }
}

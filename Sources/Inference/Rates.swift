/// What a model costs under some conditions: nano-units per million tokens, by billing class.
///
/// `nil` means that the price book names no price for the class; such tokens are billed at ``fallback`` and flagged.
public struct Rates: Sendable, Hashable {
    private var named = ByClass<Int64?>(repeating: nil)

    public init(input: Int64, output: Int64) {
        named[.input] = input
        named[.output] = output
    }

    /// The price that the book names. `input` and `output` always have one.
    public subscript(_ billingClass: BillingClass) -> Int64? {
        get { named[billingClass] }
        set { named[billingClass] = newValue }
    }

    public var input: Int64 { named[.input] ?? 0 }
    public var output: Int64 { named[.output] ?? 0 }

    /// What an input class without a price of its own is billed at: the dearer of `input` and `cacheWrite`.
    public var fallback: Int64 { max(input, named[.cacheWrite] ?? 0) }

    /// What tokens of the class are billed at. Without a price of their own, those of the input at ``fallback``, those of
    /// the output at the dearer of that and `output`.
    public func rate(of billingClass: BillingClass) -> Int64 {
        if let own = named[billingClass] { return own }
        return billingClass.side == .input ? fallback : max(fallback, output)
    }

    /// The dearest that an input token can be.
    public var dearestInput: Int64 { dearest(.input) }

    /// The dearest that an output token can be.
    public var dearestOutput: Int64 { dearest(.output) }

    private func dearest(_ side: BillingClass.Side) -> Int64 {
        BillingClass.all.reduce(0) { $1.side == side ? max($0, rate(of: $1)) : $0 }
    }

    /// The classes that have a price of their own, with it.
    package var prices: [(billingClass: BillingClass, nano: Int64)] {
        BillingClass.all.compactMap { each in named[each].map { (each, $0) } }
    }
}

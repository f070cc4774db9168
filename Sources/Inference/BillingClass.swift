/// A class of tokens that a vendor may bill at a price of its own; the classes are disjoint.
///
/// This is the one list of them. Usage, rates, keys of the price book, columns of the ledger, reports, exports and
/// metrics follow from it, in this order. A new class is one more case: the compiler asks for its name and side, and
/// ledgers get its columns when they are next opened.
public enum BillingClass: Int, CaseIterable, Sendable, Hashable {
    /// Input tokens that were neither read from a cache nor written to one.
    case input
    /// Read from the vendor's cache.
    case cachedInput
    /// Written to the vendor's cache at its shortest lifetime (5 or 30 minutes).
    case cacheWrite
    case cacheWrite1h
    case cacheWrite12h
    case audioInput
    case imageInput
    /// Output tokens, reasoning among them.
    case output
    case audioOutput
    case imageOutput

    /// Where the vendor counts its tokens.
    public enum Side: Sendable {
        case input, output
    }

    /// As in the price book, the ledger, and ``Charge/unpricedClasses``.
    public var name: String { facts.name }

    /// For people, as a meter of an export.
    public var title: String { facts.title }

    public var side: Side { facts.side }

    /// The class that stands for this one where a report has no room for all: writes of every lifetime are writes.
    public var summary: BillingClass {
        switch self {
        case .cacheWrite1h, .cacheWrite12h: .cacheWrite
        default: self
        }
    }

    /// All classes in their order, made once: `allCases` makes an array each time.
    public static let all = allCases

    /// Returns nil for a name that no class has.
    public init?(name: some StringProtocol) {
        guard let found = BillingClass.all.first(where: { $0.name == name }) else { return nil }
        self = found
    }

    private var facts: (name: String, title: String, side: Side) {
        switch self {
        case .input: ("input", "Input Tokens", .input)
        case .cachedInput: ("cached_input", "Cached Input Tokens", .input)
        case .cacheWrite: ("cache_write", "Cache Write Tokens", .input)
        case .cacheWrite1h: ("cache_write_1h", "Cache Write Tokens for 1 Hour", .input)
        case .cacheWrite12h: ("cache_write_12h", "Cache Write Tokens for 12 Hours", .input)
        case .audioInput: ("audio_input", "Audio Input Tokens", .input)
        case .imageInput: ("image_input", "Image Input Tokens", .input)
        case .output: ("output", "Output Tokens", .output)
        case .audioOutput: ("audio_output", "Audio Output Tokens", .output)
        case .imageOutput: ("image_output", "Image Output Tokens", .output)
        }
    }
}

/// A value for each billing class, stored inline: usage is made and copied for every call.
public struct ByClass<Value: Hashable & Sendable>: Hashable, Sendable {
    /// Room for more classes than there are; a test holds the list against it.
    static var capacity: Int { 16 }

    private var values: InlineArray<16, Value>

    public init(repeating value: Value) {
        values = InlineArray(repeating: value)
    }

    public subscript(_ billingClass: BillingClass) -> Value {
        get { values[billingClass.rawValue] }
        set { values[billingClass.rawValue] = newValue }
    }

    public static func == (one: ByClass, other: ByClass) -> Bool {
        one.values.indices.allSatisfy { one.values[$0] == other.values[$0] }
    }

    public func hash(into hasher: inout Hasher) {
        for index in values.indices { hasher.combine(values[index]) }
    }
}

/// An ISO 4217 currency code, such as `USD`.
public struct Currency: Sendable, Hashable, CustomStringConvertible {
    public let code: String

    /// Returns nil unless `code` is three capital ASCII letters.
    public init?(_ code: String) {
        guard code.utf8.count == 3, code.utf8.allSatisfy({ (65...90).contains($0) }) else { return nil }
        self.code = code
    }

    private init(known code: String) {
        self.code = code
    }

    public static let usd = Currency(known: "USD")
    public static let eur = Currency(known: "EUR")

    public var description: String { code }
}

/// An amount of money: nano-units of one currency, never a float.
///
/// An integer, so that a ledger's sum never drifts: `0.000000001 USD` is `Money(nano: 1, .usd)`.
/// The range is about ±9.2 thousand million units of the currency.
public struct Money: Sendable, Hashable {
    public var nano: Int64
    public var currency: Currency

    public init(nano: Int64, _ currency: Currency) {
        self.nano = nano
        self.currency = currency
    }

    public static func zero(_ currency: Currency) -> Money { Money(nano: 0, currency) }
}

extension Money: CustomStringConvertible {
    /// Nine places and the currency, such as `0.000648900 USD`.
    public var description: String { "\(decimal) \(currency)" }

    /// Nine places, such as `0.000648900` or `-12.500000000`.
    public var decimal: String { Money.decimal(nano: nano) }

    /// The text with nine places of `nano` nano-units.
    public static func decimal(nano: Int64) -> String {
        // From the last digit to the first: two amounts stand in the head of every answer.
        String(unsafeUninitializedCapacity: 21) { text in
            var rest = nano.magnitude
            var start = 21
            func put(_ byte: UInt8) {
                start -= 1
                text[start] = byte
            }
            for _ in 0..<9 {
                put(48 + UInt8(truncatingIfNeeded: rest % 10))
                rest /= 10
            }
            put(UInt8(ascii: "."))
            repeat {
                put(48 + UInt8(truncatingIfNeeded: rest % 10))
                rest /= 10
            } while rest > 0
            if nano < 0 { put(UInt8(ascii: "-")) }
            let count = 21 - start
            for index in 0..<count { text[index] = text[start + index] }
            return count
        }
    }
}

extension Money {
    /// Returns the nano-units that a decimal text such as `50`, `50.00` or `0.000000001` names.
    ///
    /// Returns nil for anything else: signs, exponents, more than nine places, or more than `Int64` holds.
    public static func nano(decimal text: some StringProtocol) -> Int64? {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, !whole.isEmpty, whole.count <= 10 else { return nil }
        let fraction = parts.count == 2 ? Array(parts[1]) : []
        guard parts.count == 1 || (1...9).contains(fraction.count) else { return nil }
        var value: Int64 = 0
        for byte in Array(whole) + fraction + [UInt8](repeating: 48, count: 9 - fraction.count) {
            guard (48...57).contains(byte) else { return nil }
            let (product, overflowed) = value.multipliedReportingOverflow(by: 10)
            let (sum, carried) = product.addingReportingOverflow(Int64(byte - 48))
            guard !overflowed, !carried else { return nil }
            value = sum
        }
        return value
    }
}

/// The name of one request, everywhere: `req_` and 26 characters of Crockford's base 32.
///
/// 48 bits of milliseconds, so that ids sort by time, then 80 random bits, so that nobody guesses another's.
public struct RequestID: Sendable, Hashable {
    public let high: UInt64
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Creates an id for a moment from random bits that the caller hands in.
    ///
    /// - Parameter milliseconds: since 1970, UTC.
    public init(milliseconds: Int64, random: (UInt64, UInt64)) {
        high = UInt64(truncatingIfNeeded: milliseconds) << 16 | (random.0 & 0xFFFF)
        low = random.1
    }

    /// When the request began, in milliseconds since 1970, UTC.
    public var milliseconds: Int64 { Int64(high >> 16) }
}

extension RequestID: CustomStringConvertible, Comparable {
    private static let prefix = "req_"
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    public var description: String {
        let value = UInt128(high) << 64 | UInt128(low)
        return String(unsafeUninitializedCapacity: 30) { buffer in
            for (index, byte) in Self.prefix.utf8.enumerated() { buffer[index] = byte }
            for index in 0..<26 {
                buffer[29 - index] = Self.alphabet[Int(truncatingIfNeeded: (value >> (5 * index)) & 31)]
            }
            return 30
        }
    }

    /// Returns nil unless `text` is exactly what ``description`` writes.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == 30, text.hasPrefix(Self.prefix) else { return nil }
        var value: UInt128 = 0
        for byte in text.utf8.dropFirst(4) {
            guard let digit = Self.alphabet.firstIndex(of: byte), value >> 123 == 0 else { return nil }
            value = value << 5 | UInt128(digit)
        }
        self.init(high: UInt64(truncatingIfNeeded: value >> 64), low: UInt64(truncatingIfNeeded: value))
    }

    public static func < (left: RequestID, right: RequestID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

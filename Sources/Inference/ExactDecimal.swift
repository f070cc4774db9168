/// A decimal number exactly as it is written, also with an exponent: what vendors say in place of nano-units.
package struct ExactDecimal: Sendable, Hashable {
    /// How a number that has more places than are asked for becomes one that has not.
    package enum Rounding: Sendable {
        case up, nearest
    }

    /// The number is `coefficient × 10^exponent`.
    private let coefficient: Int128
    private let exponent: Int

    /// Reads `12`, `-0.5`, `1.4E-05`; returns nil for anything else, for more than 36 digits that count, and for exponents
    /// beyond ±60.
    package init?(_ text: some StringProtocol) {
        var bytes = text.utf8[...]
        let isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative || bytes.first == UInt8(ascii: "+") { bytes.removeFirst() }
        var value: Int128 = 0
        var (places, digits, counted) = (0, 0, 0)
        var isFraction = false
        while let byte = bytes.first {
            if byte == UInt8(ascii: "."), !isFraction {
                isFraction = true
            } else if (48...57).contains(byte) {
                digits += 1
                if isFraction { places += 1 }
                if counted > 0 || byte != 48 { counted += 1 }
                guard counted <= 36, digits <= 100 else { return nil }
                value = value * 10 + Int128(byte - 48)
            } else {
                break
            }
            bytes.removeFirst()
        }
        guard digits > 0, let power = ExactDecimal.power(bytes) else { return nil }
        coefficient = isNegative ? -value : value
        exponent = power - places
    }

    /// The value of `e-05`; zero for nothing.
    private static func power(_ text: some Collection<UInt8>) -> Int? {
        guard let first = text.first else { return 0 }
        guard first | 0x20 == UInt8(ascii: "e") else { return nil }
        let digits = String(decoding: Array(text.dropFirst()), as: UTF8.self)
        guard let power = Int(digits), (-60...60).contains(power) else { return nil }
        return power
    }

    /// The number in units of `10^-places`; nil when that exceeds `Int128`.
    package func scaled(places: Int, rounding: Rounding) -> Int128? {
        let shift = exponent + places
        guard coefficient != 0 else { return 0 }
        guard shift < 0 else {
            var value = coefficient
            for _ in 0..<shift {
                let (product, overflowed) = value.multipliedReportingOverflow(by: 10)
                guard !overflowed else { return nil }
                value = product
            }
            return value
        }
        guard shift > -38 else { return rounding == .up && coefficient > 0 ? 1 : 0 }
        var divisor: Int128 = 1
        for _ in 0..<(-shift) { divisor *= 10 }
        let (quotient, rest) = coefficient.quotientAndRemainder(dividingBy: divisor)
        switch rounding {
        case .up: return rest > 0 ? quotient + 1 : quotient
        case .nearest:
            guard rest.magnitude >= divisor.magnitude / 2 else { return quotient }
            return coefficient < 0 ? quotient - 1 : quotient + 1
        }
    }

    /// The amount in nano-units; nil when it exceeds `Int64`.
    package func nano(rounding: Rounding) -> Int64? {
        scaled(places: 9, rounding: rounding).flatMap { Int64(exactly: $0) }
    }

    /// The number when it is a whole one that fits, as in `6.0`.
    package var whole: Int64? {
        guard let up = scaled(places: 0, rounding: .up), let whole = Int64(exactly: up) else { return nil }
        guard let fine = scaled(places: 3, rounding: .up), fine == Int128(whole) * 1_000 else { return nil }
        return whole
    }
}

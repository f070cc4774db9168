/// Recognises the spellings of numbers and times of YAML 1.1 and 1.2, behind the sign.
struct NumberScanner {
    private let text: [UInt8]
    private var offset = 0

    init(_ text: [UInt8]) { self.text = text }

    var isAtEnd: Bool { offset == text.count }
    var isDigit: Bool { isDigit(0) }

    func isDigit(_ distance: Int) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte(distance))
    }

    func isNext(_ sign: Unicode.Scalar) -> Bool { byte(0) == UInt8(ascii: sign) }

    private func byte(_ distance: Int) -> UInt8 {
        offset + distance < text.count ? text[offset + distance] : 0
    }

    mutating func take(_ sign: Unicode.Scalar) -> Bool {
        guard isNext(sign) else { return false }
        offset += 1
        return true
    }

    /// Returns how many there were.
    mutating func takeDigits() -> Int { take { (48...57).contains($0) } }

    private mutating func take(while accepts: (UInt8) -> Bool) -> Int {
        let start = offset
        while !isAtEnd, accepts(text[offset]) { offset += 1 }
        return offset - start
    }

    /// A digit, or a dot or a sign and what some readers skip before one: `.5`, `._5`, `-_5`.
    func mayBeginNumber(isSigned: Bool) -> Bool {
        if isDigit { return true }
        if isNext(".") { return isDigit(1) || byte(1) == UInt8(ascii: "_") }
        return isSigned && isNext("_")
    }

    /// Whether any reader takes the text for a number, a time or a date.
    var looksLikeSomeNumber: Bool { isBased || isFloat || isSexagesimal || isTimestamp }

    /// `0x1F`, `0o17`, `0b1`, with underscores anywhere.
    private var isBased: Bool {
        var rest = self
        guard rest.take("0") else { return false }
        if rest.take("x") {
            return rest.take(while: Self.isHex) > 0 && rest.isAtEnd
        }
        guard rest.take("o") || rest.take("b") else { return false }
        return rest.take(while: Self.isDigitOrUnderscore) > 0 && rest.isAtEnd
    }

    /// `012`, `1_000`, `1.`, `.5`, `1e3`, `1.5e3`.
    private var isFloat: Bool {
        var rest = self
        _ = rest.take(while: Self.isDigitOrUnderscore)
        if rest.take(".") { _ = rest.take(while: Self.isDigitOrUnderscore) }
        if rest.take("e") || rest.take("E") {
            if !rest.take("+") { _ = rest.take("-") }
            if rest.takeDigits() == 0 { return false }
        }
        return rest.isAtEnd
    }

    /// `1:30`, `12:30:45`, `1:30.5`: base sixty to YAML 1.1.
    private var isSexagesimal: Bool {
        var rest = self
        guard rest.take(while: Self.isDigitOrUnderscore) > 0, rest.isNext(":") else { return false }
        while rest.take(":") {
            if rest.isDigit(1), !("0"..."5").contains(Character(Unicode.Scalar(rest.byte(0)))) { return false }
            guard (1...2).contains(rest.takeDigits()) else { return false }
        }
        if rest.take(".") { _ = rest.take(while: Self.isDigitOrUnderscore) }
        return rest.isAtEnd
    }

    /// `2026-11-21`, and with a time `2026-1-2 3:04:05`, whatever follows that.
    private var isTimestamp: Bool {
        var rest = self
        guard rest.takeDigits() == 4, rest.take("-") else { return false }
        let month = rest.takeDigits()
        guard (1...2).contains(month), rest.take("-") else { return false }
        let day = rest.takeDigits()
        if rest.isAtEnd { return month == 2 && day == 2 }
        guard (1...2).contains(day), rest.takeTimeSign() else { return false }
        return (1...2).contains(rest.takeDigits()) && rest.take(":") && rest.isDigit
    }

    /// What stands between a date and a time: spaces, or a letter.
    private mutating func takeTimeSign() -> Bool {
        if take("T") || take("t") { return true }
        return take { $0 == Byte.space } > 0
    }

    private static func isDigitOrUnderscore(_ byte: UInt8) -> Bool { (48...57).contains(byte) || byte == 95 }

    private static func isHex(_ byte: UInt8) -> Bool {
        isDigitOrUnderscore(byte) || (65...70).contains(byte) || (97...102).contains(byte)
    }
}

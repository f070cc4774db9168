import Inference

/// How figures look in tables: thousands separated, money with six places.
package enum Figures {
    /// `1,234,567`
    package static func count(_ value: Int64) -> String {
        (value < 0 ? "-" : "") + grouped(String(value.magnitude))
    }

    /// `1,234.500000`: rounded to the nearest millionth. What is not zero never looks like it: `<0.000001`.
    package static func money(_ nano: Int64) -> String {
        let micro = (nano.magnitude + 500) / 1_000
        if micro == 0, nano != 0 { return nano < 0 ? ">-0.000001" : "<0.000001" }
        let fraction = String(micro % 1_000_000)
        let zeros = String(repeating: "0", count: 6 - fraction.count)
        return (nano < 0 ? "-" : "") + grouped(String(micro / 1_000_000)) + "." + zeros + fraction
    }

    /// `+1.250000` or `-1.250000`; nothing has no sign.
    package static func change(_ nano: Int64) -> String { (nano > 0 ? "+" : "") + money(nano) }

    /// `12.5`, `-0.3`: a figure that is given in tenths.
    package static func tenths(_ value: Int128) -> String {
        (value < 0 ? "-" : "") + "\(value.magnitude / 10).\(value.magnitude % 10)"
    }

    /// Tenths of a percent of a whole, rounded to the nearest; nil without a whole.
    package static func permille(_ part: Int64, of whole: Int64) -> Int128? {
        guard whole > 0 else { return nil }
        let tenths = (Int128(part.magnitude) * 1_000 + Int128(whole) / 2) / Int128(whole)
        return part < 0 ? -tenths : tenths
    }

    /// `12.5 %` of a whole, rounded to the nearest tenth, or `<0.1 %` of a little; nil without a whole.
    package static func share(_ part: Int64, of whole: Int64) -> String? {
        guard let tenths = permille(part, of: whole) else { return nil }
        if tenths == 0, part != 0 { return part < 0 ? ">-0.1 %" : "<0.1 %" }
        return (part < 0 ? "-" : "") + grouped(String(tenths.magnitude / 10)) + ".\(tenths.magnitude % 10) %"
    }

    /// `███░░░░░`: a share in eight parts, a part as soon as there is anything, and never more than all.
    package static func bar(_ part: Int64, of whole: Int64) -> String {
        guard whole > 0, part > 0 else { return String(repeating: "░", count: 8) }
        let filled = Int(min(8, max(1, (Int128(part) * 16 / Int128(whole) + 1) / 2)))
        return String(repeating: "█", count: filled) + String(repeating: "░", count: 8 - filled)
    }

    /// `0.15`, `2.00`: a price, with all the places that it needs and two at least.
    package static func price(_ nano: Int64) -> String {
        var text = Money.decimal(nano: nano)
        while text.hasSuffix("0"), text.split(separator: ".").last.map(\.count) ?? 0 > 2 { text.removeLast() }
        return text
    }

    /// `0.00015`, `2.0`: a figure of so many places, one at least, without the zeros at its end.
    package static func decimal(_ value: Int128, places: Int) -> String {
        let digits = String(value.magnitude)
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        var fraction = padded.suffix(places)
        while fraction.count > 1, fraction.last == "0" { fraction.removeLast() }
        return (value < 0 ? "-" : "") + padded.dropLast(places) + "." + fraction
    }

    /// `850 ms`, `12.3 s`, `2 min 5 s`
    package static func duration(milliseconds: Int64) -> String {
        switch milliseconds {
        case ..<1_000: "\(milliseconds) ms"
        case ..<60_000: "\(milliseconds / 1_000).\(milliseconds % 1_000 / 100) s"
        default: "\(milliseconds / 60_000) min \(milliseconds / 1_000 % 60) s"
        }
    }

    /// - Parameter digits: nothing but digits.
    private static func grouped(_ digits: String) -> String {
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return text
    }
}

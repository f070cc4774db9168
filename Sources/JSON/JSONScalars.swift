/// What single values say.
extension JSONDocument {
    /// The string after unescaping; nil when `node` is not a string.
    package func string(_ node: JSONNode) -> String? {
        let entry = tape[node.index]
        guard entry.kind == .string else { return nil }
        if !entry.flag { return text(entry.content) }
        var unescaped: [UInt8] = []
        unescaped.reserveCapacity(entry.content.count)
        bytes.span.appendUnescaped(entry.content, escaped: true, to: &unescaped)
        return String(decoding: unescaped, as: UTF8.self)
    }

    /// Whether `node` is a string and stands for `text`.
    package func equals(_ node: JSONNode, _ text: StaticString) -> Bool {
        text.withUTF8Buffer { isString(node, $0) }
    }

    /// The string's length in UTF-8 after unescaping, found without making it; nil when `node` is not a string.
    package func stringByteCount(_ node: JSONNode) -> Int? {
        let entry = tape[node.index]
        guard entry.kind == .string else { return nil }
        return entry.flag ? bytes.span.unescapedCount(entry.content) : entry.content.count
    }

    /// The number when it is written as an integer (`1`, `-3`; not `1.0`, not `1e3`) and fits.
    package func integer(_ node: JSONNode) -> Int64? {
        let entry = tape[node.index]
        guard entry.kind == .number else { return nil }
        var digits = entry.range
        let negative = bytes[digits.lowerBound] == Byte.minus
        if negative { digits = digits.lowerBound + 1..<digits.upperBound }
        var total: Int64 = 0
        for index in digits {
            let digit = bytes[index] &- Byte.zero
            guard digit <= 9 else { return nil }
            let (scaled, overflow) = total.multipliedReportingOverflow(by: 10)
            let signed = negative ? -Int64(digit) : Int64(digit)
            let (sum, overflowed) = scaled.addingReportingOverflow(signed)
            guard !overflow, !overflowed else { return nil }
            total = sum
        }
        return total
    }

    /// The nearest `Double`; nil when `node` is not a number.
    package func double(_ node: JSONNode) -> Double? {
        numberText(node).flatMap { Double($0) }
    }

    /// The number's text as it stands; nil when `node` is not a number.
    package func numberText(_ node: JSONNode) -> String? {
        let entry = tape[node.index]
        return entry.kind == .number ? text(entry.range) : nil
    }

    package func bool(_ node: JSONNode) -> Bool? {
        switch kind(node) {
        case .true: true
        case .false: false
        default: nil
        }
    }

    private func text(_ range: Range<Int>) -> String {
        bytes.span.extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }
}

extension Span<UInt8> {
    /// Reads the number that starts at `start` (RFC 8259 §6), and returns the index after it.
    ///
    /// Refuses what is longer than `maxLength` or infinite as a `Double`.
    func scanNumber(from start: Int, maxLength: Int) throws(JSONError) -> Int {
        let first = self[start] == Byte.minus ? start + 1 : start
        var index = try digits(from: first, "expected a digit")
        let integerDigits = index - first
        if integerDigits > 1, self[first] == Byte.zero {
            throw JSONError(reason: "a number must not start with 0 and another digit", offset: first)
        }
        if byte(at: index) == Byte.period { index = try digits(from: index + 1, "expected a digit after the point") }
        var large = integerDigits > 200
        if byte(at: index) | 0x20 == Byte.lowerE {
            let sign = byte(at: index + 1)
            let exponent = sign == Byte.minus || sign == Byte.plus ? index + 2 : index + 1
            index = try digits(from: exponent, "expected a digit in the exponent")
            large = large || (sign != Byte.minus && index - exponent > 2)
        }
        guard index - start <= maxLength else {
            throw JSONError(reason: "the number is longer than \(maxLength) bytes", offset: start)
        }
        // Anything else is below 10^300.
        if large { try requireFinite(start..<index) }
        return index
    }

    /// The index after the digits at `start`, of which there must be one.
    @inline(__always)
    private func digits(from start: Int, _ problem: StaticString) throws(JSONError) -> Int {
        var index = start
        while index < count, self[index] &- Byte.zero <= 9 { index += 1 }
        guard index > start else { throw JSONError(reason: problem.description, offset: Swift.min(start, count)) }
        return index
    }

    private func requireFinite(_ range: Range<Int>) throws(JSONError) {
        let text = extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
        guard let number = Double(text), number.isFinite else {
            throw JSONError(reason: "the number is too large for a double", offset: range.lowerBound)
        }
    }
}

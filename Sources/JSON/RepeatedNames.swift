import Glibc

/// Finds a name that an object has twice.
///
/// Two ways, since most objects are small and plain: up to ``filteredMembers`` names without escapes are checked one by
/// one behind a filter of 32 bits; every other object is checked when it closes, by sorting its unescaped names. Both
/// have a worst case that no choice of names can make quadratic in the length of the document.
enum RepeatedNames {
    /// Members that an object may have before its names are compared by sorting.
    static let filteredMembers = 16

    /// One bit of 32 for the bytes of a plain name: unequal bits, unequal names.
    @inline(__always)
    static func filterBit(of content: Range<Int>, in text: Span<UInt8>) -> UInt32 {
        let length = content.count
        var word: UInt64 = 0
        if length >= 8 {
            word = text.word(at: content.lowerBound) ^ (text.word(at: content.upperBound - 8) &<< 1)
        } else if content.lowerBound + 8 <= text.count {
            word = text.word(at: content.lowerBound) & ((1 &<< UInt64(8 &* length)) &- 1)
        } else {
            // The same name must give the same bit here too, at the end of the document.
            for place in 0..<length { word |= UInt64(text[content.lowerBound + place]) &<< UInt64(8 &* place) }
        }
        let mixed = (word ^ UInt64(truncatingIfNeeded: length)) &* 0x9E37_79B9_7F4A_7C15
        return 1 &<< UInt32(truncatingIfNeeded: mixed >> 59)
    }

    /// Whether one of the first `count` members of the open object at `object` has the plain name `content`.
    static func contains(
        _ content: Range<Int>, object: Int, count: Int, tape: [TapeEntry], text: Span<UInt8>
    ) -> Bool {
        var name = object + 1
        for _ in 0..<count {
            let other = tape[name].content
            if other.count == content.count, equal(text.extracting(other), text.extracting(content)) { return true }
            name = Int(tape[name + 1].next)
        }
        return false
    }

    /// The offset of a name of the closing object at `object` that stood before in it.
    static func firstRepeated(object: Int, tape: [TapeEntry], text: Span<UInt8>) -> Int? {
        var unescaped: [UInt8] = []
        var names: [(range: Range<Int>, offset: Int)] = []
        names.reserveCapacity(tape[object].count)
        var name = object + 1
        for _ in 0..<tape[object].count {
            let start = unescaped.count
            text.appendUnescaped(tape[name].content, escaped: tape[name].flag, to: &unescaped)
            names.append((start..<unescaped.count, Int(tape[name].start)))
            name = Int(tape[name + 1].next)
        }
        let all = unescaped
        names.sort { left, right in
            let order = compare(all.span.extracting(left.range), all.span.extracting(right.range))
            return order < 0 || (order == 0 && left.offset < right.offset)
        }
        var first: Int?
        for (left, right) in zip(names, names.dropFirst())
        where equal(all.span.extracting(left.range), all.span.extracting(right.range)) {
            first = min(first ?? right.offset, right.offset)
        }
        return first
    }

    private static func equal(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        left.count == right.count && compare(left, right) == 0
    }

    /// Below, at or above 0: shorter names first, then byte by byte.
    private static func compare(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Int {
        guard left.count == right.count else { return left.count - right.count }
        return left.withUnsafeBufferPointer { left in
            right.withUnsafeBufferPointer { right in
                guard let first = left.baseAddress, let second = right.baseAddress else { return 0 }
                return Int(memcmp(first, second, left.count))
            }
        }
    }
}

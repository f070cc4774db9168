/// Reads a document once, from left to right, and writes its tape.
///
/// No recursion: the innermost open container knows its parent (see ``TapeEntry``).
struct TapeBuilder {
    private(set) var tape: [TapeEntry] = []
    private var position = 0
    /// The innermost open container.
    private var open = TapeEntry.noParent
    private var inObject = false
    private var depth = 0
    private var values = 0
    private let maxDepth: Int
    private let maxValues: Int
    private let maxNumberLength: Int

    init(_ text: Span<UInt8>, limits: JSONLimits) throws(JSONError) {
        maxDepth = min(limits.maxDepth, 512)
        maxValues = min(limits.maxValues, TapeEntry.maxCount)
        maxNumberLength = limits.maxNumberLength
        guard text.count < UInt32.max else {
            throw JSONError(reason: "a document must be shorter than 4 GiB", offset: Int(UInt32.max))
        }
        // A value takes about 12 bytes in requests as they are; growth doubles from there.
        tape.reserveCapacity(min(text.count / 12 + 8, 1024))
        try readDocument(text)
    }

    private mutating func readDocument(_ text: Span<UInt8>) throws(JSONError) {
        position = text.skippingWhitespace(from: 0)
        repeat {
            try readValue(text)
            try readAfterValue(text)
        } while open != TapeEntry.noParent
        guard position == text.count else {
            throw JSONError(reason: "expected nothing after the document's value", offset: position)
        }
    }

    /// Reads the value at `position`; of a container that is not empty, its opening alone.
    @inline(__always)
    private mutating func readValue(_ text: Span<UInt8>) throws(JSONError) {
        var more = true
        while more {
            values += 1
            guard values <= maxValues else {
                throw JSONError(reason: "the document has more than \(maxValues) values", offset: position)
            }
            more = false
            switch text.byte(at: position) {
            case Byte.quote: try readString(text)
            case Byte.openBrace: more = try openContainer(.object, closing: Byte.closeBrace, text)
            case Byte.openBracket: more = try openContainer(.array, closing: Byte.closeBracket, text)
            case UInt8(ascii: "0")...UInt8(ascii: "9"), Byte.minus:
                append(.number, until: try text.scanNumber(from: position, maxLength: maxNumberLength))
            default: try readLiteral(text)
            }
        }
    }

    /// Reads what follows a value, up to the next value or the end of the document: commas, names, closings.
    @inline(__always)
    private mutating func readAfterValue(_ text: Span<UInt8>) throws(JSONError) {
        while true {
            position = text.skippingWhitespace(from: position)
            guard open != TapeEntry.noParent else { return }
            let byte = text.byte(at: position)
            if byte == Byte.comma {
                position = text.skippingWhitespace(from: position + 1)
                if inObject { try readName(text) }
                tape[Int(open)].addChild()
                return
            }
            guard byte == (inObject ? Byte.closeBrace : Byte.closeBracket) else {
                throw unexpected(
                    inObject ? "expected ',' or '}' in the object" : "expected ',' or ']' in the array", text)
            }
            position += 1
            try closeContainer(text)
        }
    }

    /// Returns whether a first child follows.
    private mutating func openContainer(
        _ kind: JSONKind, closing: UInt8, _ text: Span<UInt8>
    ) throws(JSONError) -> Bool {
        guard depth < maxDepth else {
            throw JSONError(reason: "the document is nested deeper than \(maxDepth) levels", offset: position)
        }
        let start = position
        position = text.skippingWhitespace(from: position + 1)
        if text.byte(at: position) == closing {
            position += 1
            tape.append(TapeEntry(kind, start: start, end: position, next: nextIndex))
            return false
        }
        tape.append(TapeEntry(kind, start: start, end: 0, next: open))
        open = UInt32(truncatingIfNeeded: tape.count - 1)
        inObject = kind == .object
        depth += 1
        if inObject { try readName(text) }
        tape[Int(open)].addChild()
        return true
    }

    private mutating func closeContainer(_ text: Span<UInt8>) throws(JSONError) {
        let index = Int(open)
        if tape[index].flag {
            if let repeated = RepeatedNames.firstRepeated(object: index, tape: tape, text: text) {
                throw JSONError(reason: "the object has this member name twice", offset: repeated)
            }
            tape[index].flag = false
        }
        open = tape[index].next
        tape[index].end = UInt32(truncatingIfNeeded: position)
        tape[index].next = UInt32(truncatingIfNeeded: tape.count)
        inObject = open != TapeEntry.noParent && tape[Int(open)].kind == .object
        depth -= 1
    }

    /// Reads a member's name and its colon, up to the value's first byte.
    @inline(__always)
    private mutating func readName(_ text: Span<UInt8>) throws(JSONError) {
        guard text.byte(at: position) == Byte.quote else {
            throw unexpected("expected a member name in quotes", text)
        }
        let name = tape.count
        try readString(text)
        try checkName(tape[name], text)
        position = text.skippingWhitespace(from: position)
        guard text.byte(at: position) == Byte.colon else {
            throw unexpected("expected ':' after the member name", text)
        }
        position = text.skippingWhitespace(from: position + 1)
    }

    @inline(__always)
    private mutating func checkName(_ name: TapeEntry, _ text: Span<UInt8>) throws(JSONError) {
        let object = Int(open)
        let count = tape[object].count
        if name.flag || count >= RepeatedNames.filteredMembers { tape[object].flag = true }
        if tape[object].flag { return }
        let bit = RepeatedNames.filterBit(of: name.content, in: text)
        if tape[object].end & bit != 0,
            RepeatedNames.contains(name.content, object: object, count: count, tape: tape, text: text)
        {
            throw JSONError(reason: "the object has this member name twice", offset: Int(name.start))
        }
        tape[object].end |= bit
    }

    @inline(__always)
    private mutating func readString(_ text: Span<UInt8>) throws(JSONError) {
        var escaped = false
        let end = try text.scanString(from: position, escaped: &escaped)
        append(.string, until: end, flag: escaped)
    }

    private mutating func readLiteral(_ text: Span<UInt8>) throws(JSONError) {
        let word = text.fourBytes(at: position)
        if word == 0x6C6C_756E {
            append(.null, until: position + 4)
        } else if word == 0x6575_7274 {
            append(.true, until: position + 4)
        } else if word == 0x736C_6166, text.byte(at: position + 4) == Byte.lowerE {
            append(.false, until: position + 5)
        } else {
            throw unexpected("expected a value", text)
        }
    }

    @inline(__always)
    private mutating func append(_ kind: JSONKind, until end: Int, flag: Bool = false) {
        tape.append(TapeEntry(kind, start: position, end: end, next: nextIndex, flag: flag))
        position = end
    }

    /// What a value without children writes as its `next`.
    private var nextIndex: UInt32 { UInt32(truncatingIfNeeded: tape.count + 1) }

    private func unexpected(_ reason: String, _ text: Span<UInt8>) -> JSONError {
        JSONError(reason: position < text.count ? reason : "the document ends here: \(reason)", offset: position)
    }
}

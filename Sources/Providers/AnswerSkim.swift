import Glibc

/// A look at an answer or a stream's event in OpenAI's dialect, in one pass and without memory of its own.
///
/// It checks the grammar of RFC 8259 whole, to a depth of ``maxDepth``, but not UTF-8 and repeated names, and finds
/// the members that the gateway reads. A name that is written with escapes is not recognised: its figure is then
/// missing, and a missing figure is charged at the bound.
struct AnswerSkim {
    /// Members of the outermost object; the last of a name counts.
    var id: Range<Int>?
    var model: Range<Int>?
    var usage: Range<Int>?
    var error: Range<Int>?
    var object: Range<Int>?
    var serviceTier: Range<Int>?
    /// Groq's own member, which may hold usage or an error.
    var groq: Range<Int>?
    /// The elements of `choices` or, in embeddings, of `data`; nil when there is neither.
    var choiceCount: Int?
    /// The value of the first `finish_reason` that is a string, with its quotes.
    var finishReason: Range<Int>?
    /// How many choices named a reason.
    var finishCount = 0
    /// Bytes of strings within choices.
    var outputBytes: Int64 = 0

    static let maxDepth = 64

    private enum Member { case id, model, usage, error, object, serviceTier, groq, choices, other }
    private enum Expectation { case value, valueOrEnd, name, nameOrEnd, commaOrEnd }

    private var member = Member.other  // of the outermost object, in which the skim stands
    private var memberStart = 0
    private var isFinishReason = false  // the value to come is a choice's reason
    private var depth = 0
    private var objects: UInt64 = 0  // a bit a level, the innermost last: 1 for an object

    /// Returns nil when `range` of `bytes` is not one JSON object.
    init?(_ bytes: [UInt8], _ range: Range<Int>) {
        let isValid = bytes.withUnsafeBufferPointer { all in
            skim(UnsafeBufferPointer(rebasing: all[range]), at: range.lowerBound)
        }
        guard isValid else { return nil }
    }

    /// - Parameter offset: what to add to places in `text`.
    private mutating func skim(_ text: UnsafeBufferPointer<UInt8>, at offset: Int) -> Bool {
        var cursor = JSONCursor(text)
        cursor.skipSpace()
        guard cursor.take(UInt8(ascii: "{")) else { return false }
        (depth, objects) = (1, 1)
        var expected = Expectation.nameOrEnd
        while depth > 0 {
            cursor.skipSpace()
            guard let byte = cursor.peek() else { return false }
            switch expected {
            case .nameOrEnd where byte == UInt8(ascii: "}"), .valueOrEnd where byte == UInt8(ascii: "]"):
                close(&cursor, offset)
                expected = .commaOrEnd
            case .commaOrEnd:
                let isObject = objects & 1 == 1
                if byte == UInt8(ascii: ",") {
                    cursor.advance()
                    expected = isObject ? .name : .value
                } else if byte == UInt8(ascii: isObject ? "}" : "]") {
                    close(&cursor, offset)
                } else {
                    return false
                }
            case .name, .nameOrEnd:
                guard let name = cursor.string() else { return false }
                cursor.skipSpace()
                guard cursor.take(UInt8(ascii: ":")) else { return false }
                enter(name, of: text, cursor, offset)
                expected = .value
            case .value, .valueOrEnd:
                if depth == 2, objects & 1 == 0, member == .choices { choiceCount = (choiceCount ?? 0) + 1 }
                guard let next = value(byte, &cursor, offset) else { return false }
                expected = next
            }
        }
        cursor.skipSpace()
        return cursor.peek() == nil
    }

    /// Reads a value that is not nested, or enters one that is; returns nil when it is neither.
    private mutating func value(_ first: UInt8, _ cursor: inout JSONCursor, _ offset: Int) -> Expectation? {
        switch first {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            guard depth < AnswerSkim.maxDepth else { return nil }
            if depth == 1, member == .choices, first == UInt8(ascii: "[") { choiceCount = 0 }
            depth += 1
            objects = objects << 1 | (first == UInt8(ascii: "{") ? 1 : 0)
            cursor.advance()
            isFinishReason = false
            return first == UInt8(ascii: "{") ? .nameOrEnd : .valueOrEnd
        case UInt8(ascii: "\""):
            guard let string = cursor.string() else { return nil }
            if member == .choices { note(string, offset) }
        default:
            guard cursor.scalar() else { return nil }
        }
        isFinishReason = false
        if depth == 1 { leave(memberStart..<cursor.position + offset) }
        return .commaOrEnd
    }

    private mutating func close(_ cursor: inout JSONCursor, _ offset: Int) {
        cursor.advance()
        depth -= 1
        objects >>= 1
        if depth == 1 { leave(memberStart..<cursor.position + offset) }
    }
}

// MARK: Members

extension AnswerSkim {
    private mutating func enter(
        _ name: Range<Int>, of text: UnsafeBufferPointer<UInt8>, _ cursor: JSONCursor, _ offset: Int
    ) {
        if depth == 1 {
            member = AnswerSkim.member(UnsafeBufferPointer(rebasing: text[name]))
            var next = cursor
            next.skipSpace()
            memberStart = next.position + offset
        } else if depth == 3 {
            isFinishReason = AnswerSkim.equals(UnsafeBufferPointer(rebasing: text[name]), "finish_reason")
        }
    }

    private mutating func leave(_ range: Range<Int>) {
        switch member {
        case .id: id = range
        case .model: model = range
        case .usage: usage = range
        case .error: error = range
        case .object: object = range
        case .serviceTier: serviceTier = range
        case .groq: groq = range
        case .choices, .other: break
        }
    }

    /// Counts a string within a choice: its reason to finish, or output.
    private mutating func note(_ string: Range<Int>, _ offset: Int) {
        if isFinishReason, depth == 3 {
            finishCount += 1
            finishReason = finishReason ?? (string.lowerBound - 1 + offset..<string.upperBound + 1 + offset)
        } else {
            outputBytes += Int64(string.count)
        }
    }

    private static func member(_ name: UnsafeBufferPointer<UInt8>) -> Member {
        switch name.count {
        case 2 where equals(name, "id"): .id
        case 4 where equals(name, "data"): .choices
        case 5 where equals(name, "usage"): .usage
        case 5 where equals(name, "model"): .model
        case 5 where equals(name, "error"): .error
        case 6 where equals(name, "object"): .object
        case 6 where equals(name, "x_groq"): .groq
        case 7 where equals(name, "choices"): .choices
        case 12 where equals(name, "service_tier"): .serviceTier
        default: .other
        }
    }

    private static func equals(_ bytes: UnsafeBufferPointer<UInt8>, _ text: StaticString) -> Bool {
        guard bytes.count == text.utf8CodeUnitCount, let base = bytes.baseAddress else { return false }
        return memcmp(base, text.utf8Start, bytes.count) == 0
    }
}

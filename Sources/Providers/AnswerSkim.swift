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
    /// The figures that llama.cpp adds to its usage.
    var timings: Range<Int>?
    /// Groq's own member, which may hold usage or an error.
    var groq: Range<Int>?
    /// The elements of `choices` or, in embeddings, of `data`; nil when there is neither.
    var choiceCount: Int?
    /// The value of the first `finish_reason` that says something, with its quotes.
    var finishReason: Range<Int>?
    /// The choices that named a reason which is an end: see ``FinishReason``.
    var finished = ChoiceSet()
    /// The choices in which something is written.
    var written = ChoiceSet()
    /// Bytes of strings within choices, whatever they are.
    var outputBytes: Int64 = 0
    /// Bytes of what is written in choices: text, reasoning, refusals, tools and their arguments.
    var textBytes: Int64 = 0
    /// The part of ``textBytes`` that is plain text of tokens: not what annotations quote, and no picture or sound.
    var plainBytes: Int64 = 0
    /// The `usage` of the last choice that has one, as Kimi reports it.
    var choiceUsage: Range<Int>?

    static let maxDepth = 64

    private enum ChoiceMember { case index, finishReason, message, text, usage, other }
    private enum Member { case id, model, usage, error, object, serviceTier, groq, timings, choices, other }
    private enum Expectation { case value, valueOrEnd, name, nameOrEnd, commaOrEnd }

    private var member = Member.other  // of the outermost object, in which the skim stands
    private var memberStart = 0
    private var choice = Choice()  // in which the skim stands
    private var choiceMember = ChoiceMember.other
    private var isLabel = false  // the value to come names a role or a type
    private var isPlain = false  // the value to come is text or arguments
    private var usageStart = 0  // of a choice's own usage
    private var depth = 0
    private var objects: UInt64 = 0  // a bit a level, the innermost last: 1 for an object

    /// What is known of the choice that is being read.
    private struct Choice {
        var index = 0
        var isFinished = false
        var isWritten = false
    }

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
                if depth == 2, objects & 1 == 0, member == .choices {
                    choice = Choice(index: choiceCount ?? 0)
                    choiceMember = .other
                    choiceCount = (choiceCount ?? 0) + 1
                }
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
            if depth == 3, choiceMember == .usage { usageStart = cursor.position + offset }
            depth += 1
            objects = objects << 1 | (first == UInt8(ascii: "{") ? 1 : 0)
            cursor.advance()
            return first == UInt8(ascii: "{") ? .nameOrEnd : .valueOrEnd
        case UInt8(ascii: "\""):
            guard let string = cursor.string() else { return nil }
            if member == .choices { note(string, cursor, offset) }
        default:
            let start = cursor.position
            guard cursor.scalar() else { return nil }
            if depth == 3, member == .choices, choiceMember == .index {
                choice.index = cursor.smallNumber(from: start) ?? choice.index
            }
        }
        if depth == 1 { leave(memberStart..<cursor.position + offset) }
        return .commaOrEnd
    }

    private mutating func close(_ cursor: inout JSONCursor, _ offset: Int) {
        cursor.advance()
        if depth == 3, member == .choices { leaveChoice() }
        depth -= 1
        objects >>= 1
        if depth == 1 { leave(memberStart..<cursor.position + offset) }
        if depth == 3, member == .choices, choiceMember == .usage {
            choiceUsage = usageStart..<cursor.position + offset
        }
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
            choiceMember = AnswerSkim.choiceMember(UnsafeBufferPointer(rebasing: text[name]))
        } else {
            let name = UnsafeBufferPointer(rebasing: text[name])
            isLabel = AnswerSkim.isLabel(name)
            isPlain = AnswerSkim.isPlain(name, depth)
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
        case .timings: timings = range
        case .choices, .other: break
        }
    }

    /// Takes a string within a choice: its reason to finish, something that is written, or a mere label.
    private mutating func note(_ string: Range<Int>, _ cursor: JSONCursor, _ offset: Int) {
        guard !string.isEmpty else { return }
        if depth == 3, choiceMember == .finishReason {
            let name = cursor.bytes(string)
            if FinishReason(name) != nil { choice.isFinished = true }
            guard finishReason == nil, !AnswerSkim.equals(name, "null") else { return }
            finishReason = string.lowerBound - 1 + offset..<string.upperBound + 1 + offset
            return
        }
        outputBytes += Int64(string.count)
        guard depth == 3 ? choiceMember == .text : choiceMember == .message && !(isLabel && objects & 1 == 1) else {
            return
        }
        textBytes += Int64(string.count)
        if depth == 3 || isPlain { plainBytes += Int64(string.count) }
        choice.isWritten = true
    }

    private mutating func leaveChoice() {
        if choice.isFinished { finished.insert(choice.index) }
        if choice.isWritten { written.insert(choice.index) }
    }

    private static func choiceMember(_ name: UnsafeBufferPointer<UInt8>) -> ChoiceMember {
        switch name.count {
        case 4 where equals(name, "text"): .text
        case 5 where equals(name, "delta"): .message
        case 5 where equals(name, "index"): .index
        case 5 where equals(name, "usage"): .usage
        case 7 where equals(name, "message"): .message
        case 13 where equals(name, "finish_reason"): .finishReason
        default: .other
        }
    }

    /// Whether a member of a message, or of a part of one, is what the model writes. An annotation has a content, too.
    private static func isPlain(_ name: UnsafeBufferPointer<UInt8>, _ depth: Int) -> Bool {
        switch name.count {
        case 4: equals(name, "text")
        case 7: depth == 4 && (equals(name, "content") || equals(name, "refusal"))
        case 9: equals(name, "arguments") || depth == 4 && equals(name, "reasoning")
        case 17: depth == 4 && equals(name, "reasoning_content")
        default: false
        }
    }

    /// Whether a member of a message says what something is, and is no part of what is written.
    private static func isLabel(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        switch name.count {
        case 4: equals(name, "role") || equals(name, "type")
        case 6: equals(name, "format")
        default: false
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
        case 7 where equals(name, "timings"): .timings
        case 12 where equals(name, "service_tier"): .serviceTier
        default: .other
        }
    }

    private static func equals(_ bytes: UnsafeBufferPointer<UInt8>, _ text: StaticString) -> Bool {
        guard bytes.count == text.utf8CodeUnitCount, let base = bytes.baseAddress else { return false }
        return memcmp(base, text.utf8Start, bytes.count) == 0
    }
}

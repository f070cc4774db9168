import JSON

/// A second reader of JSON, as plain as can be, to hold the first against: recursive, a tree at once, no speed.
struct ReferenceReader {
    private struct Refused: Error {}

    private let text: [UInt8]
    private var position = 0
    private var values = 0

    /// The tree of `bytes`, or nil when they must be refused.
    static func read(_ bytes: [UInt8]) -> JSONValue? {
        guard String(validating: bytes, as: UTF8.self) != nil else { return nil }
        var reader = ReferenceReader(text: bytes)
        guard let value = try? reader.value(depth: 0) else { return nil }
        reader.space()
        return reader.position == bytes.count ? value : nil
    }

    private init(text: [UInt8]) { self.text = text }

    private var next: Character? {
        position < text.count ? Character(Unicode.Scalar(text[position])) : nil
    }

    private mutating func take() throws -> Character {
        guard let next else { throw Refused() }
        position += 1
        return next
    }

    private mutating func take(_ wanted: String) throws {
        for character in wanted where try take() != character { throw Refused() }
    }

    private mutating func space() {
        // Byte by byte, since "\r\n" is one Character.
        while position < text.count, [0x20, 0x0A, 0x0D, 0x09].contains(text[position]) { position += 1 }
    }

    private mutating func value(depth: Int) throws -> JSONValue {
        space()
        guard depth <= 64 else { throw Refused() }
        switch next {
        case "n":
            try take("null")
            return .null
        case "t":
            try take("true")
            return .bool(true)
        case "f":
            try take("false")
            return .bool(false)
        case "\"": return .string(try string())
        case "[": return .array(try list("[", "]", depth) { try $0.value(depth: depth + 1) })
        case "{": return try object(depth)
        default: return try number()
        }
    }

    private mutating func object(_ depth: Int) throws -> JSONValue {
        let members = try list("{", "}", depth) { reader in
            reader.space()
            let name = try reader.string()
            reader.space()
            try reader.take(":")
            return JSONMember(name, try reader.value(depth: depth + 1))
        }
        guard Set(members.map { Array($0.name.utf8) }).count == members.count else { throw Refused() }
        return .object(members)
    }

    private mutating func list<Element>(
        _ open: String, _ close: Character, _ depth: Int, _ element: (inout Self) throws -> Element
    ) throws -> [Element] {
        try take(open)
        guard depth < 64 else { throw Refused() }
        space()
        if next == close {
            position += 1
            return []
        }
        var elements = [try element(&self)]
        while true {
            space()
            switch try take() {
            case ",": elements.append(try element(&self))
            case close: return elements
            default: throw Refused()
            }
        }
    }

    private mutating func string() throws -> String {
        try take("\"")
        var units: [UInt16] = []
        var run: [UInt8] = []
        func flushed() -> [UInt16] { Array(String(decoding: run, as: UTF8.self).utf16) }
        while true {
            guard position < text.count, text[position] >= 0x20 else { throw Refused() }
            switch try take() {
            case "\"":
                units += flushed()
                guard let whole = String(validating: units, as: UTF16.self) else { throw Refused() }
                return whole
            case "\\":
                units += flushed()
                run = []
                units.append(try escape())
            default: run.append(text[position - 1])
            }
        }
    }

    private mutating func escape() throws -> UInt16 {
        switch try take() {
        case "\"": return 0x22
        case "\\": return 0x5C
        case "/": return 0x2F
        case "b": return 8
        case "f": return 12
        case "n": return 10
        case "r": return 13
        case "t": return 9
        case "u":
            let digits = try (0..<4).map { _ in try take() }
            guard digits.allSatisfy({ $0.isASCII && $0.isHexDigit }), let unit = UInt16(String(digits), radix: 16)
            else {
                throw Refused()
            }
            return unit
        default: throw Refused()
        }
    }

    private mutating func number() throws -> JSONValue {
        let start = position
        if next == "-" { position += 1 }
        if next == "0" { position += 1 } else { try digits() }
        if next == "." {
            position += 1
            try digits()
        }
        if next == "e" || next == "E" {
            position += 1
            if next == "+" || next == "-" { position += 1 }
            try digits()
        }
        let literal = String(decoding: text[start..<position], as: UTF8.self)
        guard literal.utf8.count <= 64, let number = Double(literal), number.isFinite else { throw Refused() }
        return .number(literal)
    }

    private mutating func digits() throws {
        let start = position
        while let next, ("0"..."9").contains(next), next.isASCII { position += 1 }
        if position == start { throw Refused() }
    }
}

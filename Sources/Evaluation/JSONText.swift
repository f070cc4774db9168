import JSON

/// JSON in the answers of models, which like to wrap it.
enum JSONText {
    /// The answer as JSON, white space around it aside; nil when it is none.
    static func whole(_ text: String) -> JSONValue? {
        try? JSONValue(parsing: Array(text.utf8))
    }

    /// How many openings are tried, so that a text full of braces costs no more than this many readings.
    private static let maxOpenings = 64

    /// The first object or array inside the text that `accept` takes: after a greeting, or in a fenced block.
    static func inside(_ text: String, _ accept: (JSONValue) -> Bool) -> JSONValue? {
        let bytes = Array(text.utf8)
        var openings = 0
        var place = 0
        while place < bytes.count, openings < maxOpenings {
            defer { place += 1 }
            guard bytes[place] == UInt8(ascii: "{") || bytes[place] == UInt8(ascii: "[") else { continue }
            openings += 1
            guard let end = end(of: bytes, from: place),
                let value = try? JSONValue(parsing: Array(bytes[place...end]))
            else { continue }
            if accept(value) { return value }
        }
        return nil
    }

    /// The objects inside the text that `accept` takes, none within another, each with the text behind it. Nil when there
    /// are more openings than are tried, so that one could be missed.
    static func objects(
        in text: Substring, _ accept: (JSONValue) -> Bool
    ) -> [(value: JSONValue, rest: String)]? {
        let bytes = Array(text.utf8)
        var found: [(value: JSONValue, rest: String)] = []
        var openings = 0
        var place = 0
        while let opening = bytes[place...].firstIndex(of: UInt8(ascii: "{")) {
            openings += 1
            guard openings <= maxOpenings else { return nil }
            place = opening + 1
            guard let end = end(of: bytes, from: opening),
                let value = try? JSONValue(parsing: Array(bytes[opening...end]))
            else { continue }
            place = end + 1
            if accept(value) { found.append((value, String(decoding: bytes[place...], as: UTF8.self))) }
        }
        return found
    }

    /// The bracket that closes the one at `start`, strings passed over.
    private static func end(of bytes: [UInt8], from start: Int) -> Int? {
        var depth = 0
        var isString = false
        var place = start
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "\\") where isString: place += 1
            case UInt8(ascii: "\""): isString.toggle()
            case UInt8(ascii: "{") where !isString, UInt8(ascii: "[") where !isString: depth += 1
            case UInt8(ascii: "}") where !isString, UInt8(ascii: "]") where !isString:
                depth -= 1
                if depth == 0 { return place }
            default: break
            }
            place += 1
        }
        return nil
    }

    /// Whether two values say the same: numbers by value, objects whatever the order of their members.
    static func areEqual(_ left: JSONValue, _ right: JSONValue) -> Bool {
        switch (left, right) {
        case (.number, .number): return left == right || left.doubleValue == right.doubleValue
        case (.array(let left), .array(let right)):
            return left.count == right.count && zip(left, right).allSatisfy { areEqual($0, $1) }
        case (.object(let members), .object(let others)):
            return members.count == others.count
                && members.allSatisfy { member in right[member.name].map { areEqual(member.value, $0) } ?? false }
        default: return left == right
        }
    }
}

import JSON

extension JSONValue? {
    /// Handlebars' truth: neither missing, null, false, 0, an empty text nor an empty list.
    var isTruthy: Bool {
        switch self {
        case nil, .null, .bool(false): false
        case .bool(true), .object: true
        case .string(let text): !text.isEmpty
        case .number: self?.doubleValue != 0
        case .array(let items): !items.isEmpty
        }
    }

    /// Equality without conversion; `1` and `1.0` are the same number.
    func isSame(as other: JSONValue?) -> Bool {
        if case .number = self, case .number = other { return self?.doubleValue == other?.doubleValue }
        return self == other
    }
}

extension JSONValue {
    var isTruthy: Bool { Optional(self).isTruthy }

    /// What `#with` does not enter. Unlike to `#if`, 0 is a value to it.
    var isBlank: Bool { if case .number = self { false } else { !isTruthy } }

    /// JSON on one line, or with `indent` spaces a level as JavaScript's `JSON.stringify` writes it.
    func text(indent: Int) -> String {
        guard indent > 0 else { return String(decoding: serialized(), as: UTF8.self) }
        var text = ""
        write(to: &text, indent: indent, level: 0)
        return text
    }

    /// The depth is bounded by the JSON reader.
    private func write(to text: inout String, indent: Int, level: Int) {
        let inner = "\n" + String(repeating: " ", count: indent * (level + 1))
        let outer = "\n" + String(repeating: " ", count: indent * level)
        switch self {
        case .array(let items) where !items.isEmpty:
            for (index, item) in items.enumerated() {
                text += (index == 0 ? "[" : ",") + inner
                item.write(to: &text, indent: indent, level: level + 1)
            }
            text += outer + "]"
        case .object(let members) where !members.isEmpty:
            for (index, member) in members.enumerated() {
                text += (index == 0 ? "{" : ",") + inner + JSONValue.string(member.name).text(indent: 0) + ": "
                member.value.write(to: &text, indent: indent, level: level + 1)
            }
            text += outer + "}"
        default: text += self.text(indent: 0)
        }
    }
}

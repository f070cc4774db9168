extension YAMLParser {
    /// Reads a plain or quoted scalar of a block, on one line; ends behind it.
    mutating func scalar() throws(YAMLError) -> ScalarToken {
        let start = offset
        let position = position()
        switch byte {
        case Byte.quote:
            return ScalarToken(content: .quoted(try doubleQuoted()), position: position, start: start)
        case Byte.apostrophe:
            return ScalarToken(content: .quoted(try singleQuoted()), position: position, start: start)
        default:
            try refuseIndicator(inFlow: false)
            return ScalarToken(content: .plain(try blockPlain()), position: position, start: start)
        }
    }

    /// Plain text ends before `: `, before ` #` and at the end of the line; spaces at its end are none of it.
    private mutating func blockPlain() throws(YAMLError) -> String {
        let start = offset
        var end = offset
        while !isAtLineEnd {
            if byte == Byte.tab { throw tabFault() }
            if byte == Byte.colon, isSeparator(1) { break }
            if byte == Byte.hash, offset > start, byte(-1) == Byte.space { break }
            if byte != Byte.space { end = offset + 1 }
            offset += 1
        }
        offset = end
        return text.string(start..<end)
    }

    /// Refuses what can't begin plain text, each with the reason.
    func refuseIndicator(inFlow: Bool) throws(YAMLError) {
        switch byte {
        case UInt8(ascii: "&"): throw fault(.anchor, "anchors (&) are not supported; write the value out, or quote it")
        case UInt8(ascii: "*"): throw fault(.alias, "aliases (*) are not supported; write the value out, or quote it")
        case UInt8(ascii: "!"): throw fault(.tag, "tags (!) are not supported; leave the tag out, or quote the text")
        case Byte.question where isSeparator(1):
            throw fault(.explicitKey, "'? ' keys are not supported; write \"key: value\"")
        case Byte.percent: throw fault(.directive, "text can't begin with '%'; quote it")
        case UInt8(ascii: "@"), UInt8(ascii: "`"):
            throw fault(.reserved, "text can't begin with '\(text.string(offset..<offset + 1))'; quote it")
        case Byte.colon where isSeparator(1):
            throw fault(.expectedPair, "expected a key before ':'; write \"key: value\"")
        case Byte.comma, Byte.closeBracket, Byte.closeBrace, Byte.bar, Byte.greater:
            throw fault(.reserved, "unexpected '\(text.string(offset..<offset + 1))'; quote text that begins with it")
        case Byte.question where inFlow, Byte.colon where inFlow, Byte.dash where inFlow && isFlowBoundary(1):
            throw fault(.reserved, "text can't begin with '\(text.string(offset..<offset + 1))' here; quote it")
        default: break
        }
    }

    /// What the token means as a value.
    func resolve(_ token: ScalarToken) throws(YAMLError) -> YAMLNode {
        switch token.content {
        case .quoted(let string): return YAMLNode(.string(string), at: token.position)
        case .plain(let plain):
            switch PlainScalar(plain) {
            case .value(let value): return YAMLNode(value, at: token.position)
            case .mergeKey: throw mergeKey(token)
            case .ambiguous(let reason):
                throw text.fault(.ambiguous, at: token.start, "'\(shortened(plain))' \(reason)")
            case .tooLarge:
                throw text.fault(
                    .number, at: token.start,
                    "'\(shortened(plain))' does not fit in 64 bits; quote it to keep it as text")
            }
        }
    }

    /// What the token means as a key; keeps it among the names of its mapping.
    mutating func keyName(_ token: ScalarToken, among names: inout Set<String>) throws(YAMLError) -> String {
        guard text.columns(from: token.start, to: offset) <= 1_024 else {
            throw text.fault(.keyLength, at: token.start, "a key of more than 1,024 characters")
        }
        guard case .string(let name) = try resolve(token).value else {
            throw text.fault(
                .keyNotString, at: token.start,
                "a key must be a string; quote '\(text.string(token.start..<offset))'")
        }
        guard names.insert(name).inserted else {
            throw text.fault(.duplicateKey, at: token.start, "the key '\(shortened(name))' is here a second time")
        }
        return name
    }

    private func mergeKey(_ token: ScalarToken) -> YAMLError {
        text.fault(.mergeKey, at: token.start, "merge keys (<<) are not supported; write the members out")
    }

    private func shortened(_ text: String) -> String {
        text.count > 40 ? text.prefix(40) + "…" : text
    }
}

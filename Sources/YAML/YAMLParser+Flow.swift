extension YAMLParser {
    /// Reads `[…]`, `{…}` or a scalar inside one; ends behind it.
    mutating func flowNode() throws(YAMLError) -> YAMLNode {
        switch byte {
        case Byte.openBracket: return try flowSequence()
        case Byte.openBrace: return try flowMapping()
        default: return try resolve(try flowScalar())
        }
    }

    private mutating func flowSequence() throws(YAMLError) -> YAMLNode {
        let position = position()
        let start = offset
        try enter()
        offset += 1
        var items: [YAMLNode] = []
        try skipFlowSpace(from: start)
        while byte != Byte.closeBracket {
            items.append(try flowNode())
            if isFlowKeySign { throw fault(.nestedOnOneLine, "a pair in a list; wrap it in braces: [{key: value}]") }
            try flowSeparator(before: Byte.closeBracket, from: start)
        }
        offset += 1
        leave()
        return YAMLNode(.sequence(items), at: position)
    }

    private mutating func flowMapping() throws(YAMLError) -> YAMLNode {
        let position = position()
        let start = offset
        try enter()
        offset += 1
        var members: [YAMLMember] = []
        var names: Set<String> = []
        try skipFlowSpace(from: start)
        while byte != Byte.closeBrace {
            members.append(try flowMember(among: &names, from: start))
            try flowSeparator(before: Byte.closeBrace, from: start)
        }
        offset += 1
        leave()
        return YAMLNode(.mapping(members), at: position)
    }

    private mutating func flowMember(among names: inout Set<String>, from start: Int) throws(YAMLError) -> YAMLMember {
        if byte == Byte.openBracket || byte == Byte.openBrace {
            throw fault(.keyNotString, "a list or mapping can't be a key; quote it")
        }
        let key = try flowScalar()
        let keyEnd = offset
        try skipSpaces()
        guard byte == Byte.colon else { throw missingValue(key, end: keyEnd) }
        let sign = offset
        offset = keyEnd
        let name = try keyName(key, among: &names)
        offset = sign + 1
        let place = self.position()
        try skipFlowSpace(from: start)
        let isEmpty = byte == Byte.comma || byte == Byte.closeBrace
        let node = isEmpty ? YAMLNode(.null, at: place) : try flowNode()
        if isFlowKeySign { throw fault(.nestedOnOneLine, "a second ':' in one member; quote the value") }
        return YAMLMember(name, at: key.position, node)
    }

    private func missingValue(_ key: ScalarToken, end: Int) -> YAMLError {
        var hint: String?
        if case .plain(let plain) = key.content, let colon = plain.firstIndex(of: ":") {
            hint = "did you mean \"\(plain[..<colon]): \(plain[plain.index(after: colon)...])\"?"
        }
        return text.fault(.expectedPair, at: key.start, "expected \"key: value\"", hint: hint)
    }

    /// A `:` behind spaces: after a value it has no place.
    private var isFlowKeySign: Bool {
        var distance = 0
        while byte(distance) == Byte.space { distance += 1 }
        return byte(distance) == Byte.colon
    }

    /// After an item: a comma, or the end.
    private mutating func flowSeparator(before end: UInt8, from start: Int) throws(YAMLError) {
        let line = line
        try skipFlowSpace(from: start)
        if byte == Byte.comma {
            offset += 1
            try skipFlowSpace(from: start)
        } else if byte != end {
            let closing = end == Byte.closeBrace ? "}" : "]"
            if line != self.line {
                throw fault(
                    .multiLinePlain, "expected ',' or '\(closing)'; text of several lines must be quoted with \\n")
            }
            throw fault(.flow, "expected ',' or '\(closing)'")
        }
    }

    /// Skips spaces, line ends and comments. The collection that began at `start` must not end with the text.
    private mutating func skipFlowSpace(from start: Int) throws(YAMLError) {
        while true {
            let begin = offset
            try skipSpaces()
            if byte == Byte.hash {
                guard offset > begin || offset == lineStart else {
                    throw fault(.comment, "put a space before '#' to begin a comment, or quote the text")
                }
                try skipComment()
            }
            guard skipLineBreak() else { break }
            try refuseMarkers()
        }
        if column <= openColumn { try requireFlowIndentation() }
        if isAtEnd {
            let opening = text.string(start..<start + 1)
            throw text.fault(.flow, at: start, "no closing '\(opening == "[" ? "]" : "}")' for this '\(opening)'")
        }
    }
}

// MARK: - Scalars

extension YAMLParser {
    /// A line in brackets stands deeper than the collection around them; a closing bracket may stand below its key.
    private func requireFlowIndentation() throws(YAMLError) {
        guard byte != Byte.closeBracket, byte != Byte.closeBrace, !isAtEnd else { return }
        throw fault(.indentation, "indent the lines between brackets deeper than the key or dash before them")
    }

    private mutating func flowScalar() throws(YAMLError) -> ScalarToken {
        if byte == Byte.quote || byte == Byte.apostrophe {
            let token = try scalar()
            guard isFlowBoundary(0) || byte == Byte.colon || byte == Byte.hash else {
                throw fault(.flow, "unexpected text behind the closing quote")
            }
            return token
        }
        let start = offset
        let position = position()
        try refuseIndicator(inFlow: true)
        return ScalarToken(content: .plain(try flowPlain()), position: position, start: start)
    }

    /// Plain text in a collection also ends before `,`, `]` and `}`.
    private mutating func flowPlain() throws(YAMLError) -> String {
        let start = offset
        var end = offset
        scan: while !isAtLineEnd {
            switch byte {
            case Byte.tab: throw tabFault()
            case Byte.comma, Byte.closeBracket, Byte.closeBrace: break scan
            case Byte.openBracket, Byte.openBrace, Byte.question:
                throw fault(
                    .ambiguous,
                    "'\(text.string(offset..<offset + 1))' in plain text means different things to different YAML readers; "
                        + "quote the text")
            case Byte.colon where isSeparator(1): break scan
            case Byte.colon where isFlowBoundary(1):
                throw fault(.ambiguous, "put a space after ':', or quote the text: YAML readers differ here")
            case Byte.hash where byte(-1) == Byte.space: break scan
            case Byte.space: break
            default: end = offset + 1
            }
            offset += 1
        }
        offset = end
        return text.string(start..<end)
    }

    /// A separator, or a sign of flow collections.
    func isFlowBoundary(_ distance: Int) -> Bool {
        switch byte(distance) {
        case Byte.comma, Byte.openBracket, Byte.closeBracket, Byte.openBrace, Byte.closeBrace: true
        default: isSeparator(distance)
        }
    }
}

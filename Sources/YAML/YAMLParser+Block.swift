/// A scalar as it was read, before it is known whether it is a key or a value.
struct ScalarToken {
    enum Content {
        case plain(String)
        case quoted(String)
    }

    var content: Content
    var position: YAMLPosition
    /// The first byte, for errors.
    var start: Int
}

extension YAMLParser {
    /// Reads the node that begins at the next byte, in a block whose parent stands at column `parent`.
    ///
    /// Ends at the next content, or at the end of the text.
    mutating func blockNode(above parent: Int) throws(YAMLError) -> YAMLNode {
        if isSequenceEntry { return try blockSequence(at: column) }
        switch byte {
        case Byte.openBracket, Byte.openBrace, Byte.bar, Byte.greater:
            return try lineNode(above: parent)
        default:
            let column = column
            let token = try scalar()
            if isKeySign { return try blockMapping(at: column, firstKey: token) }
            return try lineScalar(token)
        }
    }

    /// A `-` that begins an entry.
    var isSequenceEntry: Bool { byte == Byte.dash && isSeparator(1) }

    /// A `:` that ends a key, behind spaces or none.
    private var isKeySign: Bool {
        var distance = 0
        while byte(distance) == Byte.space { distance += 1 }
        return byte(distance) == Byte.colon && isSeparator(distance + 1)
    }

    /// Reads a value that begins on the line of its key: a scalar, a flow collection or block text.
    private mutating func lineNode(above parent: Int) throws(YAMLError) -> YAMLNode {
        switch byte {
        case Byte.bar, Byte.greater:
            let node = try blockText(above: parent)
            _ = try skipToContent()
            return node
        case Byte.openBracket, Byte.openBrace:
            let start = offset
            let node = try flowNode()
            if isKeySign { throw text.fault(.keyNotString, at: start, "a list or mapping can't be a key; quote it") }
            try finishLine()
            _ = try skipToContent()
            return node
        default:
            if isSequenceEntry {
                throw fault(.nestedOnOneLine, "a list can't begin on the line of its key; begin it on the next line")
            }
            let token = try scalar()
            if isKeySign { throw nestedPair(token) }
            return try lineScalar(token)
        }
    }

    private func nestedPair(_ token: ScalarToken) -> YAMLError {
        text.fault(
            .nestedOnOneLine, at: token.start,
            "a second ': ' on one line; quote the value, or put the inner mapping on the next line")
    }

    private mutating func lineScalar(_ token: ScalarToken) throws(YAMLError) -> YAMLNode {
        let node = try resolve(token)
        try finishLine()
        let found = try skipToContent()
        if found, case .plain = token.content { try refuseContinuation(of: token) }
        return node
    }

    /// Plain text goes on, for other readers, on lines that are indented deeper than the line's own collection.
    private func refuseContinuation(of token: ScalarToken) throws(YAMLError) {
        guard depth == 0 || column > openColumn, !lineLooksLikePair else { return }
        throw fault(.multiLinePlain, "plain text of several lines; use '|' or '>', or quote it on one line")
    }

    /// Whether the rest of the line has a `: ` or ends in `:`, roughly: it only chooses between two messages.
    private var lineLooksLikePair: Bool {
        var place = offset
        while text[place] != Byte.lineFeed, text[place] != 0 {
            if text[place] == Byte.colon, [Byte.space, Byte.lineFeed, 0].contains(text[place + 1]) { return true }
            place += 1
        }
        return false
    }

    func indentationFault() -> YAMLError {
        fault(.indentation, "this indentation fits no line above; indent with spaces like the line it belongs to")
    }
}

// MARK: - Collections

extension YAMLParser {
    private mutating func blockSequence(at indent: Int) throws(YAMLError) -> YAMLNode {
        try enter()
        let position = position()
        var items: [YAMLNode] = []
        repeat {
            offset += 1
            openColumn = indent
            items.append(try sequenceItem(at: indent))
        } while !isAtEnd && column == indent && isSequenceEntry
        if !isAtEnd, column > indent { throw indentationFault() }
        leave()
        return YAMLNode(.sequence(items), at: position)
    }

    private mutating func sequenceItem(at indent: Int) throws(YAMLError) -> YAMLNode {
        let place = position()
        try skipSpaces()
        if !isAtLineEnd, byte != Byte.hash { return try blockNode(above: indent) }
        guard try skipToContent(), column > indent else { return YAMLNode(.null, at: place) }
        return try blockNode(above: indent)
    }

    private mutating func blockMapping(at indent: Int, firstKey: ScalarToken) throws(YAMLError) -> YAMLNode {
        try enter()
        var members: [YAMLMember] = []
        var names: Set<String> = []
        var key = firstKey
        while true {
            openColumn = indent
            let name = try keyName(key, among: &names)
            let node = try mappingValue(at: indent)
            members.append(YAMLMember(name, at: key.position, node))
            if isAtEnd || column < indent { break }
            if column > indent { throw indentationFault() }
            key = try nextKey()
        }
        leave()
        return YAMLNode(.mapping(members), at: firstKey.position)
    }

    /// Steps over `:` and reads what follows, on this line or below.
    private mutating func mappingValue(at indent: Int) throws(YAMLError) -> YAMLNode {
        try skipSpaces()
        offset += 1
        let place = position()
        let end = offset
        try skipSpaces()
        if byte == Byte.hash, offset == end { throw fault(.comment, "put a space before '#' to begin a comment") }
        if !isAtLineEnd, byte != Byte.hash { return try lineNode(above: indent) }
        guard try skipToContent() else { return YAMLNode(.null, at: place) }
        if column > indent { return try blockNode(above: indent) }
        if column == indent, isSequenceEntry { return try blockSequence(at: indent) }
        return YAMLNode(.null, at: place)
    }

    private mutating func nextKey() throws(YAMLError) -> ScalarToken {
        if isSequenceEntry {
            throw fault(.expectedPair, "expected \"key: value\", not a list entry; indent the list below its key")
        }
        if byte == Byte.openBracket || byte == Byte.openBrace || byte == Byte.bar || byte == Byte.greater {
            throw fault(.expectedPair, "expected \"key: value\"")
        }
        let token = try scalar()
        guard isKeySign else { throw expectedPair(token) }
        return token
    }

    private func expectedPair(_ token: ScalarToken) -> YAMLError {
        var hint: String?
        if case .plain(let plain) = token.content,
            let gap = plain.firstIndex(where: { $0 == " " || $0 == ":" }), gap != plain.startIndex
        {
            hint = "did you mean \"\(plain[..<gap]): \(plain[plain.index(after: gap)...])\"?"
        }
        return text.fault(.expectedPair, at: token.start, "expected \"key: value\"", hint: hint)
    }
}

extension YAMLParser {
    var byte: UInt8 { text[offset] }
    func byte(_ distance: Int) -> UInt8 { text[offset + distance] }
    var isAtEnd: Bool { offset >= text.bytes.count }

    /// The end of the line, or of the text.
    var isAtLineEnd: Bool { byte == Byte.lineFeed || byte == Byte.return || isAtEnd }

    /// A space, the end of the line, or of the text: what must follow `-`, `:` and `?` to make them signs.
    func isSeparator(_ distance: Int) -> Bool {
        switch byte(distance) {
        case Byte.space, Byte.tab, Byte.lineFeed, Byte.return, 0: true
        default: false
        }
    }

    func matches(_ word: StaticString) -> Bool {
        word.withUTF8Buffer { word in word.indices.allSatisfy { byte($0) == word[$0] } }
    }

    /// The column of the next byte, from zero: its indentation, where only spaces come before.
    var column: Int { offset - lineStart }

    /// The place of the next byte.
    mutating func position() -> YAMLPosition {
        let columns = counted.columns + text.columns(from: counted.offset, to: offset)
        counted = (offset, columns)
        return YAMLPosition(line: line, column: columns + 1)
    }

    /// Steps over a line break, if here is one.
    mutating func skipLineBreak() -> Bool {
        if byte == Byte.return { offset += 1 }
        guard byte == Byte.lineFeed else { return false }
        offset += 1
        line += 1
        lineStart = offset
        counted = (offset, 0)
        return true
    }

    mutating func skipSpaces() throws(YAMLError) {
        while byte == Byte.space { offset += 1 }
        if byte == Byte.tab { throw tabFault() }
    }

    func tabFault() -> YAMLError {
        text.fault(.tab, at: offset, "a tab outside quotes; use spaces, or \\t inside double quotes")
    }

    func fault(_ fault: YAMLFault, _ message: String, hint: String? = nil) -> YAMLError {
        text.fault(fault, at: offset, message, hint: hint)
    }

    /// Skips blank lines and comments. Returns false at the end of the text; else the next byte is content.
    mutating func skipToContent() throws(YAMLError) -> Bool {
        while true {
            if offset == lineStart { try refuseMarkers() }
            try skipSpaces()
            if byte == Byte.hash { try skipComment() }
            if isAtEnd { return false }
            if !skipLineBreak() { return true }
        }
    }

    mutating func skipComment() throws(YAMLError) {
        while !isAtLineEnd {
            if byte == Byte.tab { throw tabFault() }
            offset += 1
        }
    }

    /// After a value: only spaces and a comment may follow on its line.
    mutating func finishLine() throws(YAMLError) {
        let end = offset
        try skipSpaces()
        if byte == Byte.hash {
            if offset == end { throw fault(.comment, "put a space before '#' to begin a comment, or quote the text") }
            try skipComment()
        }
        guard isAtLineEnd else {
            if byte == Byte.colon {
                throw fault(
                    .expectedPair, "':' makes no key here; a key is plain or quoted text on one line, then ': '")
            }
            throw fault(.trailing, "unexpected text after the value; quote the whole value if it belongs to it")
        }
    }

    /// At the start of a line: document markers and directives.
    func refuseMarkers() throws(YAMLError) {
        if matches("---") || matches("..."), isSeparator(3) {
            throw fault(.documentMarker, "'\(text.string(offset..<offset + 3))' here; a file holds one document")
        }
        if byte == Byte.percent {
            throw fault(.directive, "directives (%) are not supported; quote text that begins with '%'")
        }
    }

    mutating func enter() throws(YAMLError) {
        depth += 1
        if depth > text.limits.depth {
            throw fault(.depth, "more than \(text.limits.depth) collections inside each other")
        }
    }

    mutating func leave() { depth -= 1 }
}

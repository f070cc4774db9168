extension YAMLParser {
    /// Reads `|`, `|-`, `|+`, `>` or `>-` and the indented lines below; ends at the start of the line after them.
    mutating func blockText(above parent: Int) throws(YAMLError) -> YAMLNode {
        let position = position()
        // Where no key or dash gives it a column, a '#' at the line's start is text to some readers.
        if parent < 0 { throw fault(.blockHeader, "a text alone makes no file; put it behind a key and a colon") }
        let style = try blockHeader()
        var blanks = 0
        let indent = try blockIndentation(atLeast: parent + 1, blanks: &blanks)
        let value = try blockLines(indent: indent, style: style, leading: blanks)
        if style.end != .strip { try requireLineEnd() }
        return YAMLNode(.string(value), at: position)
    }

    /// A last line without an end gets one from some readers, which then count it to the text.
    private func requireLineEnd() throws(YAMLError) {
        guard text.bytes[offset...].allSatisfy({ $0 == Byte.space }), text.bytes.last != Byte.lineFeed else { return }
        throw fault(.blockEnd, "the file ends within this text; end its last line with a line break")
    }

    private struct BlockStyle {
        enum End { case clip, strip, keep }
        var folds: Bool
        var end: End
    }

    private mutating func blockHeader() throws(YAMLError) -> BlockStyle {
        var style = BlockStyle(folds: byte == Byte.greater, end: .clip)
        offset += 1
        if byte == Byte.dash {
            style.end = .strip
            offset += 1
        } else if byte == UInt8(ascii: "+") {
            if style.folds { throw fault(.blockHeader, "'>+' is not supported; use '>', '>-' or '|+'") }
            style.end = .keep
            offset += 1
        }
        if (48...57).contains(byte) {
            throw fault(.blockHeader, "a digit for the indentation is not supported; use a quoted string")
        }
        let end = offset
        try skipSpaces()
        guard isAtLineEnd || (byte == Byte.hash && offset > end) else {
            throw fault(.blockHeader, "expected the end of the line; the text begins on the next line")
        }
        try skipComment()
        _ = skipLineBreak()
        return style
    }

    /// The column of the first line of text. Counts the blank lines before and steps over them.
    private mutating func blockIndentation(atLeast least: Int, blanks: inout Int) throws(YAMLError) -> Int {
        var deepestBlank = 0
        while true {
            var width = 0
            while byte(width) == Byte.space { width += 1 }
            if byte(width) == Byte.tab {
                offset += width
                throw tabFault()
            }
            let end = byte(width)
            guard end == Byte.lineFeed || end == Byte.return || end == 0 else {
                if width >= least, deepestBlank > width {
                    throw fault(.indentation, "a blank line before the text is indented deeper than the text")
                }
                return width >= least ? width : max(least, deepestBlank)
            }
            deepestBlank = max(deepestBlank, width)
            if end == 0 { return max(least, deepestBlank) }
            offset += width
            blanks += 1
            _ = skipLineBreak()
        }
    }

    private mutating func blockLines(indent: Int, style: BlockStyle, leading: Int) throws(YAMLError) -> String {
        var value = String(repeating: "\n", count: leading)
        var blanks = leading
        var hasText = false
        while isIndented(by: indent) {
            hasText = true
            offset += indent
            let isFlush = byte != Byte.space
            let start = offset
            try skipText()
            value += text.string(start..<offset)

            let hadBreak = skipLineBreak()
            blanks = skipBlankLines(indent: indent)
            let joins = style.folds && isFlush && isIndented(by: indent) && byte(indent) != Byte.space
            if isIndented(by: indent) {
                if !joins { value += "\n" } else if blanks == 0 { value += " " }
                value += String(repeating: "\n", count: blanks)
            } else if hadBreak, style.end != .strip {
                value += "\n"
            }
        }
        if !hasText { value = "" }
        return style.end == .keep ? value + String(repeating: "\n", count: blanks) : value
    }

    /// Whether the line has text at this column or deeper.
    private func isIndented(by indent: Int) -> Bool {
        (0..<indent).allSatisfy { byte($0) == Byte.space } && ![Byte.lineFeed, Byte.return, 0].contains(byte(indent))
    }

    private mutating func skipText() throws(YAMLError) {
        while !isAtLineEnd {
            if byte == Byte.tab { throw tabFault() }
            offset += 1
        }
    }

    /// Steps over lines that have nothing but at most `indent` spaces; returns how many.
    private mutating func skipBlankLines(indent: Int) -> Int {
        var count = 0
        while true {
            var width = 0
            while width < indent, byte(width) == Byte.space { width += 1 }
            guard byte(width) == Byte.lineFeed || byte(width) == Byte.return else { return count }
            offset += width
            _ = skipLineBreak()
            count += 1
        }
    }
}

/// Reads one document from the top down, never back.
///
/// The steps are in files of their own: blocks (`YAMLParser+Block`), flow collections (`+Flow`), quoted text
/// (`+Quoted`), block text (`+BlockText`); what a plain scalar means is decided by ``PlainScalar``.
struct YAMLParser {
    let text: YAMLText
    /// The next byte to read.
    var offset: Int
    var line: Int
    var lineStart: Int
    /// How many collections are open.
    var depth = 0
    /// The column of the innermost block collection whose value is being read.
    var openColumn = -1
    /// The last place that was asked for on this line, so that long lines are not counted again and again.
    var counted: (offset: Int, columns: Int)

    init(_ text: YAMLText) {
        self.text = text
        offset = text.start
        line = text.firstLine
        lineStart = text.start
        counted = (text.start, 0)
    }

    mutating func document() throws(YAMLError) -> YAMLNode {
        skipOpeningMarker()
        let start = YAMLPosition(line: text.firstLine, column: 1)
        guard try skipToContent() else { return YAMLNode(.null, at: start) }
        let root = try blockNode(above: -1)
        if offset < text.bytes.count { throw leftover(after: root) }
        return root
    }

    /// One `---` before everything else says nothing and harms nobody.
    private mutating func skipOpeningMarker() {
        guard matches("---"), text[offset + 3] == Byte.lineFeed || text[offset + 3] == Byte.return else { return }
        offset += 3
        _ = skipLineBreak()
    }

    private func leftover(after root: YAMLNode) -> YAMLError {
        switch root.value {
        case .mapping, .sequence: indentationFault()
        default:
            text.fault(.multiLinePlain, at: offset, "the document is complete already; quote text of several lines")
        }
    }
}

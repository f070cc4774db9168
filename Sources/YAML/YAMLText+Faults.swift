extension YAMLText {
    /// The place of a byte, counted from the start of the text: for errors, where speed does not matter.
    func position(of offset: Int) -> YAMLPosition {
        let before = bytes[..<min(offset, bytes.count)]
        let lineStart = before.lastIndex(of: Byte.lineFeed).map { $0 + 1 } ?? start
        let line = firstLine + before.count { $0 == Byte.lineFeed }
        return YAMLPosition(line: line, column: columns(from: lineStart, to: before.endIndex) + 1)
    }

    /// How many characters begin between two bytes.
    func columns(from: Int, to: Int) -> Int {
        guard from < to else { return 0 }
        return bytes[from..<min(to, bytes.count)].count { $0 & 0xC0 != 0x80 }
    }

    /// An error at a byte; `hint` stands behind the message.
    func fault(
        _ fault: YAMLFault, at offset: Int, _ message: String, hint: String? = nil, excerpt: Bool = true
    ) -> YAMLError {
        YAMLError(
            file: file, position: position(of: offset), code: fault.rawValue,
            message: hint.map { "\(message); \($0)" } ?? message, excerpt: excerpt ? self.excerpt(at: offset) : nil)
    }

    /// The line around a byte, at most 100 characters of it, and a caret.
    private func excerpt(at offset: Int) -> String {
        let place = min(offset, bytes.count)
        let lineStart = bytes[..<place].lastIndex(of: Byte.lineFeed).map { $0 + 1 } ?? start
        let lineEnd = bytes[place...].firstIndex(of: Byte.lineFeed) ?? bytes.count
        var shown = Array(string(lineStart..<lineEnd).unicodeScalars)
        var caret = columns(from: lineStart, to: place)
        if caret > 80 {
            shown.removeFirst(caret - 40)
            caret = 40
        }
        let line = shown.prefix(100).map { $0.value < 0x20 ? " " : String($0) }.joined()
        return "  \(line)\n  \(String(repeating: " ", count: caret))^"
    }
}

/// Comma-separated values (RFC 4180), safe to open in a spreadsheet.
struct CSV {
    private(set) var text = ""

    /// A cell with a name: what a spreadsheet would take for a formula is made a text with `'`.
    static func name(_ text: String) -> String {
        guard let first = text.utf8.first, "=+-@\t\r\n".utf8.contains(first) else { return quoted(text) }
        return quoted("'" + text)
    }

    /// Adds a line. Cells must have gone through ``name(_:)`` or be figures.
    mutating func line(_ cells: [String]) {
        text += cells.joined(separator: ",") + "\n"
    }

    private static func quoted(_ text: String) -> String {
        guard text.utf8.contains(where: { ",\"\r\n".utf8.contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}

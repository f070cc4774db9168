/// Comma-separated values (RFC 4180), safe to open in a spreadsheet.
package struct CSV {
    /// How cells are parted and fractions begin.
    package enum Dialect: String, Sendable, CaseIterable {
        /// Commas, and decimal points.
        case standard
        /// Semicolons, and decimal commas, as spreadsheets of most of Europe read them.
        case eu
    }

    private(set) var text = ""
    private let dialect: Dialect

    init(_ dialect: Dialect = .standard) {
        self.dialect = dialect
    }

    /// A cell with a decimal number.
    func figure(_ text: String) -> String {
        dialect == .eu ? text.replacing(".", with: ",") : text
    }

    /// A cell with a name: what a spreadsheet would take for a formula is made a text with `'`.
    static func name(_ text: String) -> String {
        guard let first = text.utf8.first, "=+-@\t\r\n".utf8.contains(first) else { return quoted(text) }
        return quoted("'" + text)
    }

    /// Adds a line. Cells must have gone through ``name(_:)`` or be figures.
    mutating func line(_ cells: [String]) {
        text += cells.joined(separator: dialect == .eu ? ";" : ",") + "\n"
    }

    private static func quoted(_ text: String) -> String {
        guard text.utf8.contains(where: { ",;\"\r\n".utf8.contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}

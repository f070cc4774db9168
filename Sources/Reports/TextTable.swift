/// A column of a table.
package struct Column: Sendable {
    package enum Alignment: Sendable { case left, right }

    let title: String
    let alignment: Alignment

    package init(_ title: String, _ alignment: Alignment = .left) {
        self.title = title
        self.alignment = alignment
    }
}

/// Aligned text: names to the left, figures to the right, a line above the total.
package struct TextTable: Sendable {
    private static let gap = "  "

    private let columns: [Column]
    private let rows: [[String]]
    private let totals: [[String]]

    /// - Parameters:
    ///   - rows: each with a cell for each column.
    ///   - totals: the last rows, under a line.
    package init(_ columns: [Column], rows: [[String]], totals: [[String]] = []) {
        self.columns = columns
        self.rows = rows.map { $0.map(TextTable.printable) }
        self.totals = totals
    }

    /// All lines, each with its end.
    package var text: String {
        let widths = widths
        var lines = [line(columns.map(\.title), widths)] + rows.map { line($0, widths) }
        if !totals.isEmpty {
            lines.append(widths.map { String(repeating: "─", count: $0) }.joined(separator: TextTable.gap))
            lines += totals.map { line($0, widths) }
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// Columns of the terminal that the longest line takes.
    var width: Int { widths.reduce(0, +) + TextTable.gap.count * max(0, columns.count - 1) }

    private var widths: [Int] {
        columns.indices.map { column in
            let cells = (rows + totals).map { TextWidth.columns($0[column]) }
            return max(TextWidth.columns(columns[column].title), cells.max() ?? 0)
        }
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        var text = ""
        for (index, cell) in cells.enumerated() {
            let space = String(repeating: " ", count: max(0, widths[index] - TextWidth.columns(cell)))
            if index > 0 { text += TextTable.gap }
            text += columns[index].alignment == .left ? cell + space : space + cell
        }
        while text.last == " " { text.removeLast() }
        return text
    }

    /// Names come from outside; none may move the cursor or recolour the terminal of whoever reads a report.
    static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }))
    }
}

import Text

/// A column of a table.
package struct Column: Sendable {
    package enum Alignment: Sendable { case left, right }

    let title: String
    let alignment: Alignment
    /// How dispensable the column is on a narrow terminal: the greatest goes first; nil stays.
    let spare: Int?
    /// Whether a narrow terminal may see the beginning of its texts alone: names, never figures and ids.
    let isShortened: Bool
    let colour: (@Sendable (String) -> TableColour?)?

    package init(
        _ title: String, _ alignment: Alignment = .left, spare: Int? = nil, isShortened: Bool = false,
        colour: (@Sendable (String) -> TableColour?)? = nil
    ) {
        self.title = title
        self.alignment = alignment
        self.spare = spare
        self.isShortened = isShortened
        self.colour = colour
    }
}

/// Aligned text: names to the left, figures to the right, a line above the total.
package struct TextTable: Sendable {
    private static let gap = "  "
    /// A name is not cut below this.
    private static let leastName = 8
    /// So much of a name is worth more than another column.
    private static let modestName = 20

    private var columns: [Column]
    private var rows: [[String]]
    private var totals: [[String]]
    /// Titles of the columns that were left out.
    private var left: [String] = []
    private var usesColour = false

    /// - Parameters:
    ///   - rows: each with a cell for each column.
    ///   - totals: the last rows, under a line.
    package init(_ columns: [Column], rows: [[String]], totals: [[String]] = []) {
        self.columns = columns
        self.rows = rows.map { $0.map(TextTable.printable) }
        self.totals = totals
    }

    /// The table as a terminal has room for it: without the columns that matter least, which are named below it, and with
    /// long names cut where that is not enough. Figures are never cut.
    package func text(for view: TableView, all: String = "--format json") -> String {
        var table = self
        table.usesColour = view.usesColour
        if let width = view.width { table.fit(width) }
        let note =
            table.left.isEmpty
            ? ""
            : TextTable.wrapped(
                "Left out for width: \(table.left.joined(separator: ", ")); a pipe or \(all) has them.", view)
        return table.text + (note.isEmpty ? "" : "\n" + note)
    }

    /// A sentence in lines that a terminal has room for, each with its end.
    package static func wrapped(_ text: String, _ view: TableView, indent: String = "") -> String {
        guard let width = view.width else { return text + "\n" }
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, TextWidth.columns(line) + 1 + TextWidth.columns(String(word)) > width {
                lines.append(line)
                line = indent + word
            } else {
                line += (line.isEmpty ? "" : " ") + word
            }
        }
        return (lines + [line]).map { $0 + "\n" }.joined()
    }

    /// Leaves columns out until the others fit with names of ``modestName``, then cuts names as far as it takes.
    private mutating func fit(_ limit: Int) {
        while width(names: TextTable.modestName) > limit,
            let index = columns.indices.filter({ columns[$0].spare != nil })
                .max(by: { (columns[$0].spare ?? 0, $1) < (columns[$1].spare ?? 0, $0) })
        {
            left.append(columns[index].title)
            columns.remove(at: index)
            for row in rows.indices { rows[row].remove(at: index) }
            for row in totals.indices { totals[row].remove(at: index) }
        }
        while width > limit {
            let widths = widths
            let names = columns.indices.filter { columns[$0].isShortened && widths[$0] > TextTable.leastName }
            guard let widest = names.max(by: { widths[$0] < widths[$1] }) else { return }
            let rest = names.filter { $0 != widest }.map { widths[$0] }.max() ?? TextTable.leastName
            let room = max(TextTable.leastName, max(widths[widest] - (width - limit), min(rest, widths[widest] - 1)))
            for row in rows.indices { rows[row][widest] = TextTable.cut(rows[row][widest], to: room) }
            guard self.widths[widest] < widths[widest] else { return }
        }
    }

    /// The width of the table if no name were longer than `most`.
    private func width(names most: Int) -> Int {
        let widths = zip(columns, widths).map { $0.isShortened ? min($1, most) : $1 }
        return widths.reduce(0, +) + TextTable.gap.count * max(0, columns.count - 1)
    }

    /// The beginning of a text and `…`.
    private static func cut(_ text: String, to room: Int) -> String {
        guard TextWidth.columns(text) > room else { return text }
        var short = text
        while TextWidth.columns(short) > room - 1 { short.removeLast() }
        return short + "…"
    }

    /// All lines, each with its end.
    package var text: String {
        let widths = widths
        var lines = [line(columns.map(\.title), widths, isTitle: true)] + rows.map { line($0, widths) }
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

    private func line(_ cells: [String], _ widths: [Int], isTitle: Bool = false) -> String {
        var text = ""
        var spaces = ""
        for (index, cell) in cells.enumerated() {
            let space = String(repeating: " ", count: max(0, widths[index] - TextWidth.columns(cell)))
            if index > 0 { spaces += TextTable.gap }
            let colour = usesColour && !isTitle ? columns[index].colour?(cell) : nil
            let painted = colour?.paint(cell) ?? cell
            if columns[index].alignment == .right { spaces += space }
            if !cell.isEmpty {
                text += spaces + painted
                spaces = ""
            }
            if columns[index].alignment == .left { spaces += space }
        }
        return text
    }

    /// Names come from outside; none may move the cursor or recolour the terminal of whoever reads a report.
    static func printable(_ text: String) -> String { VisibleText.of(text) }
}

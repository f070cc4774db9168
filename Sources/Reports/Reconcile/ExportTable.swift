import JSON

/// A vendor's table of charges, from CSV or JSON: rows whose cells are found by the names of their columns.
///
/// Names are compared without case, spaces and punctuation: `lineItem/UsageType` is `line_item_usage_type`, and the
/// member `description` of `sku` is `sku_description`.
struct ExportTable {
    struct Row {
        /// `line 7` of a CSV, `row 7` of JSON.
        let place: String
        fileprivate let cells: [String]
        /// The whole row where it came as JSON.
        let json: JSONValue?

        /// The text of a cell; empty where the table has no such column.
        subscript(_ column: Int?) -> String {
            guard let column, column < cells.count else { return "" }
            return cells[column]
        }

        /// All cells as one number: equal rows have equal ones.
        var fingerprint: Int {
            var hasher = Hasher()
            for cell in cells { hasher.combine(cell) }
            return hasher.finalize()
        }
    }

    private enum Source {
        /// The reader stands behind the line of names.
        case text(CSVReader)
        case rows([JSONValue])
    }

    let names: [String]
    /// Whether numbers are written as JSON has them.
    var isJSON: Bool { if case .rows = source { true } else { false } }
    /// What is between the cells of a CSV.
    let delimiter: UInt8
    private let source: Source
    private let forms: [String]

    /// - Parameters:
    ///   - needs: the columns that must be there, each with all its names; a CSV's line of names is the first that has them.
    ///   - kind: such as `Cost and Usage Report`, for the error.
    init(_ bytes: [UInt8], needs: [[String]], kind: String) throws(ReportError) {
        if let first = bytes.first(where: { $0 > 32 && ![0xEF, 0xBB, 0xBF].contains($0) }), "{[".utf8.contains(first) {
            let rows = try ExportPages(bytes).rows()
            var found: [String] = []
            var seen: Set<String> = []
            for row in rows {
                for name in ExportTable.flat(row).keys where seen.insert(name).inserted { found.append(name) }
            }
            (names, forms, delimiter) = (found, found, 0)
            source = .rows(rows)
            try check(needs, kind, "the objects have")
            return
        }
        let required = needs.map { $0.map(ExportTable.form) }
        for delimiter in CSVReader.delimiters {
            var reader = CSVReader(bytes, delimiter: delimiter)
            // A bill from a console has some lines with totals above its table.
            for _ in 0..<60 {
                guard let names = try? reader.next() else { break }
                let forms = names.map(ExportTable.form)
                guard required.allSatisfy({ $0.contains(where: forms.contains) }) else { continue }
                (self.names, self.forms, self.delimiter) = (names, forms, delimiter)
                source = .text(reader)
                return
            }
        }
        var reader = CSVReader(bytes)
        names = try reader.next() ?? []
        (forms, delimiter) = (names.map(ExportTable.form), CSVReader.delimiters[0])
        source = .rows([])
        try check(needs, kind, "line 1 names")
    }

    /// A CSV with these columns, by their exact names; the line of names is the first line.
    init(_ bytes: [UInt8], names wanted: [String]) throws(ReportError) {
        var first: (names: [String], reader: CSVReader, delimiter: UInt8)?
        var fault: ReportError?
        for delimiter in CSVReader.delimiters {
            var reader = CSVReader(bytes, delimiter: delimiter)
            do {
                guard let names = try reader.next() else { continue }
                let isFound = wanted.allSatisfy(names.contains)
                if isFound || first == nil { first = (names, reader, delimiter) }
                if isFound { break }
            } catch {
                fault = fault ?? error
            }
        }
        guard let first else { throw fault ?? ReportError("FILE", "is empty") }
        (names, forms, delimiter) = (first.names, first.names.map(ExportTable.form), first.delimiter)
        source = .text(first.reader)
    }

    /// The second cell of the first of a CSV's lines whose first cell is `name`: of what stands above a bill's table.
    static func value(named name: String, above bytes: [UInt8]) -> String? {
        for delimiter in CSVReader.delimiters {
            var reader = CSVReader(bytes, delimiter: delimiter)
            for _ in 0..<60 {
                guard let cells = try? reader.next() else { break }
                if cells.count >= 2, cells[0] == name { return cells[1] }
            }
        }
        return nil
    }

    /// Refuses a table without a column that is needed.
    private func check(_ needs: [[String]], _ kind: String, _ where: String) throws(ReportError) {
        let missing = needs.filter { aliases in !aliases.map(ExportTable.form).contains(where: forms.contains) }
        guard !missing.isEmpty || names.isEmpty else { return }
        let wanted = missing.map { $0[0] }.joined(separator: ", ")
        throw ReportError("FILE", "\(`where`) no \(wanted); it is no \(kind)")
    }

    /// The column with one of some names, the first that is there; nil when there is none.
    ///
    /// Throws when two columns have that name: nobody can tell which is meant.
    func column(_ aliases: String...) throws(ReportError) -> Int? {
        for alias in aliases {
            let form = ExportTable.form(alias)
            let found = forms.indices.filter { forms[$0] == form }
            if found.count > 1 {
                throw ReportError("FILE", "has two columns named '\(names[found[0]])'; leave one out")
            }
            if let index = found.first { return index }
        }
        return nil
    }

    /// Calls `body` with each row, in order; may be called again.
    func rows(_ body: (Row) throws(ReportError) -> Void) throws(ReportError) {
        switch source {
        case .rows(let rows):
            for (index, value) in rows.enumerated() {
                let cells = ExportTable.flat(value)
                try body(Row(place: "row \(index + 1)", cells: names.map { cells[$0] ?? "" }, json: value))
            }
        case .text(var reader):
            while true {
                let line = reader.line
                guard let cells = try reader.next() else { return }
                // Files that were put one behind the other have their names again.
                if cells == names { continue }
                guard cells.count <= names.count || cells.dropFirst(names.count).allSatisfy(\.isEmpty) else {
                    throw ReportError("FILE", "line \(line) has \(cells.count) cells, its columns are \(names.count)")
                }
                guard cells.count >= names.count else {
                    throw ReportError(
                        "FILE",
                        "line \(line) has \(cells.count) cells of \(names.count): the file is cut off there, or is no CSV"
                    )
                }
                try body(Row(place: "line \(line)", cells: cells, json: nil))
            }
        }
    }

    /// A name without case, spaces and punctuation.
    static func form(_ name: String) -> String {
        String(decoding: name.utf8.filter(\.isLetterOrDigit).map { $0.lowercasedASCII }, as: UTF8.self)
    }

    /// The members of an object and of the objects in it, by the form of their names one behind the other.
    private static func flat(_ value: JSONValue) -> [String: String] {
        var cells: [String: String] = [:]
        var left: [(prefix: String, value: JSONValue)] = [("", value)]
        while let (prefix, value) = left.popLast() {
            for member in value.objectValue ?? [] {
                // These hold what belongs to the row itself.
                let isWrapping = member.name == "properties" || member.name == "meterDetails"
                let name = isWrapping ? prefix : prefix + form(member.name)
                switch member.value {
                case .object: left.append((name, member.value))
                case .string(let text), .number(let text): cells[name] = text
                case .bool(let value): cells[name] = String(value)
                case .null, .array: break
                }
            }
        }
        return cells
    }
}

extension UInt8 {
    fileprivate var isLetterOrDigit: Bool { (48...57).contains(self) || (97...122).contains(self | 0x20) }
    fileprivate var lowercasedASCII: UInt8 { (65...90).contains(self) ? self | 0x20 : self }
}

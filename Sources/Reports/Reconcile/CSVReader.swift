/// Reads comma-separated values (RFC 4180), a row at a time: quoted cells may hold commas, quotes and ends of lines.
///
/// Another byte than the comma may part the cells; a first line `sep=;`, as spreadsheets write it, is passed over.
struct CSVReader {
    private static let mostCells = 4_096
    /// What parts cells in the files that are met: comma, semicolon, tab.
    static let delimiters: [UInt8] = [UInt8(ascii: ","), UInt8(ascii: ";"), 9]

    private let bytes: [UInt8]
    private let delimiter: UInt8
    private var position = 0
    /// The line that the next row begins in, from 1.
    private(set) var line = 1

    init(_ bytes: [UInt8], delimiter: UInt8 = CSVReader.delimiters[0]) {
        self.bytes = bytes
        self.delimiter = delimiter
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        let rest = bytes[position...]
        if rest.starts(with: "sep=".utf8), let end = rest.firstIndex(of: 10), end - position <= 7 {
            (position, line) = (end + 1, 2)
        }
    }

    /// Returns the cells of the next row that is not empty; nil at the end.
    mutating func next() throws(ReportError) -> [String]? {
        while position < bytes.count {
            let row = try row()
            if row != [""] { return row }
        }
        return nil
    }

    private mutating func row() throws(ReportError) -> [String] {
        let first = line
        var cells: [String] = []
        while true {
            let quote = position < bytes.count && bytes[position] == UInt8(ascii: "\"")
            cells.append(quote ? try quotedCell(first) : plainCell())
            guard cells.count <= CSVReader.mostCells else {
                throw ReportError("FILE", "line \(first) has more than \(CSVReader.mostCells) cells")
            }
            guard position < bytes.count else { return cells }
            let end = bytes[position]
            position += 1
            if end == delimiter { continue }
            if end == 13, position < bytes.count, bytes[position] == 10 { position += 1 }
            line += 1
            return cells
        }
    }

    private func isEnd(_ byte: UInt8) -> Bool { byte == delimiter || byte == 10 || byte == 13 }

    private mutating func plainCell() -> String {
        let start = position
        while position < bytes.count, !isEnd(bytes[position]) { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func quotedCell(_ first: Int) throws(ReportError) -> String {
        position += 1
        var text: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == 10 { line += 1 }
            guard byte == UInt8(ascii: "\"") else {
                text.append(byte)
                continue
            }
            guard position < bytes.count, bytes[position] == byte else {
                guard position == bytes.count || isEnd(bytes[position]) else {
                    throw ReportError("FILE", "line \(first): text follows a cell's closing quote")
                }
                return String(decoding: text, as: UTF8.self)
            }
            text.append(byte)
            position += 1
        }
        throw ReportError("FILE", "line \(first): a quoted cell does not end")
    }
}

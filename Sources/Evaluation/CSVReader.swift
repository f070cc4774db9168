/// Reads comma-separated values (RFC 4180); quoted fields may hold commas, quotes and line ends.
enum CSVReader {
    struct Row: Equatable {
        /// Where it begins, from 1.
        var line: Int
        var fields: [String]
    }

    /// A quoted field that has no end.
    struct OpenQuote: Error, Equatable {
        /// Where its row begins.
        var line: Int
    }

    /// All rows but empty ones.
    static func rows(_ bytes: [UInt8]) throws(OpenQuote) -> [Row] {
        var rows: [Row] = []
        var fields: [String] = []
        var field: [UInt8] = []
        var (line, start, place) = (1, 1, bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)
        var (isQuoted, wasQuoted) = (false, false)
        func endField() {
            fields.append(String(decoding: field, as: UTF8.self))
            field = []
            wasQuoted = false
        }
        func endRow() {
            let isEmpty = fields.isEmpty && field.isEmpty && !wasQuoted
            if !isEmpty {
                endField()
                rows.append(Row(line: start, fields: fields))
            }
            fields = []
            start = line
        }
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            if byte == UInt8(ascii: "\n") { line += 1 }
            switch byte {
            case UInt8(ascii: "\"") where isQuoted:
                if place < bytes.count, bytes[place] == UInt8(ascii: "\"") {
                    field.append(byte)
                    place += 1
                } else {
                    isQuoted = false
                }
            case _ where isQuoted: field.append(byte)
            case UInt8(ascii: "\"") where field.isEmpty: (isQuoted, wasQuoted) = (true, true)
            case UInt8(ascii: ","): endField()
            case UInt8(ascii: "\n"): endRow()
            case UInt8(ascii: "\r") where place < bytes.count && bytes[place] == UInt8(ascii: "\n"): break
            default: field.append(byte)
            }
        }
        guard !isQuoted else { throw OpenQuote(line: start) }
        endRow()
        return rows
    }
}

import CivilTime
import Inference

/// A file of the European Central Bank's reference rates, as it offers them: `eurofxref.csv`, `eurofxref-hist.csv`, or
/// one of the XML forms. All are what a euro is in other currencies.
struct RateFile {
    /// Something in the file that cannot be a rate.
    struct Fault: Error {
        /// From 1.
        var line: Int
        var message: String
    }

    private(set) var rates: [FXRate] = []
    private let source = "ECB euro foreign exchange reference rates"

    init(_ bytes: [UInt8]) throws(Fault) {
        let isMarkup = bytes.first { $0 > 32 && $0 != 0xEF && $0 != 0xBB && $0 != 0xBF } == UInt8(ascii: "<")
        if isMarkup { try readMarkup(bytes) } else { try readTable(bytes) }
        guard !rates.isEmpty else {
            throw Fault(line: 1, message: "holds no rate; expected the ECB's eurofxref as CSV or XML")
        }
    }

    /// Keeps what a running gateway can need: the last weeks before `today`, and the newest day that there is.
    mutating func keepRecent(today: String) {
        guard let now = CivilDate(today) else { return }
        let newest = rates.map(\.day).filter { $0 <= today }.max() ?? today
        let first = min(now.adding(days: -60).description, newest)
        rates.removeAll { $0.day < first }
    }

    private mutating func add(_ day: String, _ code: String, _ text: String, line: Int) throws(Fault) {
        guard text != "N/A", !text.isEmpty else { return }
        guard let currency = Currency(code), currency != .eur else {
            throw Fault(line: line, message: "'\(RateFile.shown(code))' is no currency that a euro can be changed into")
        }
        guard let nano = Money.nano(decimal: text), nano > 0 else {
            throw Fault(line: line, message: "\(code): '\(RateFile.shown(text))' is no rate above zero such as 1.0843")
        }
        rates.append(FXRate(base: .eur, quote: currency, day: day, nano: nano, source: source))
    }

    private static func shown(_ text: String) -> String {
        String(text.prefix(24).map { $0.isASCII && !$0.isNewline && $0 >= " " ? $0 : "?" })
    }

    // MARK: CSV

    /// The first line names the currencies; each other line has a day and its rates.
    private mutating func readTable(_ bytes: [UInt8]) throws(Fault) {
        var codes: [String] = []
        for (index, row) in bytes.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
            let cells = row.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map { cell in
                String(decoding: cell, as: UTF8.self).trimmed
            }
            guard cells.contains(where: { !$0.isEmpty }) else { continue }
            if codes.isEmpty {
                guard cells[0].hasSuffix("Date") else {
                    throw Fault(line: index + 1, message: "is no line of names that begins with Date")
                }
                codes = cells
                continue
            }
            guard let day = RateFile.day(cells[0]) else {
                throw Fault(
                    line: index + 1,
                    message: "'\(RateFile.shown(cells[0]))' is no day such as 2026-11-20 or 20 November 2026")
            }
            for (code, text) in zip(codes, cells).dropFirst() where !code.isEmpty {
                try add(day, code, text, line: index + 1)
            }
        }
    }

    /// `2026-11-20`, or `20 November 2026` as the daily file has it.
    private static func day(_ text: String) -> String? {
        if CivilDate(text) != nil { return text }
        let words = text.split(separator: " ")
        guard words.count == 3, let day = Int(words[0]), let year = Int(words[2]) else { return nil }
        guard let month = months.firstIndex(of: String(words[1])) else { return nil }
        return CivilDate(year: year, month: month + 1, day: day)?.description
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    // MARK: XML

    /// `<Cube time='2026-11-20'>`, and in it `<Cube currency='USD' rate='1.0843'/>`; all else is passed over.
    private mutating func readMarkup(_ bytes: [UInt8]) throws(Fault) {
        var day: String?
        var (position, line) = (0, 1)
        while let start = bytes[position...].firstIndex(of: UInt8(ascii: "<")) {
            line += bytes[position..<start].count { $0 == 10 }
            let isComment = bytes[start...].starts(with: "<!--".utf8)
            guard let end = RateFile.end(of: isComment, in: bytes, from: start) else {
                throw Fault(line: line, message: "a tag has no end")
            }
            let tag = bytes[start..<end]
            position = end
            if !isComment, tag.dropFirst().starts(with: "Cube".utf8) {
                let attributes = RateFile.attributes(of: tag)
                if let text = attributes["time"] {
                    guard CivilDate(text) != nil else {
                        throw Fault(line: line, message: "'\(RateFile.shown(text))' is no day such as 2026-11-20")
                    }
                    day = text
                }
                if let code = attributes["currency"], let rate = attributes["rate"] {
                    guard let day else { throw Fault(line: line, message: "a rate stands outside of a day") }
                    try add(day, code, rate, line: line)
                }
            }
            line += tag.count { $0 == 10 }
        }
    }

    /// The place behind a tag or comment; nil when it does not end.
    private static func end(of isComment: Bool, in bytes: [UInt8], from start: Int) -> Int? {
        var position = start
        while let mark = bytes[position...].firstIndex(of: UInt8(ascii: ">")) {
            if !isComment
                || bytes[start + 4 <= mark ? max(start + 4, mark - 2)..<mark : mark..<mark].elementsEqual("--".utf8)
            {
                return mark + 1
            }
            position = mark + 1
        }
        return nil
    }

    private static func attributes(of tag: ArraySlice<UInt8>) -> [String: String] {
        var found: [String: String] = [:]
        var rest = tag.dropFirst(5)
        while let equals = rest.firstIndex(of: UInt8(ascii: "=")), found.count < 16 {
            let name = String(decoding: rest[..<equals], as: UTF8.self).trimmed
            guard let open = rest[equals...].dropFirst().first, open == UInt8(ascii: "'") || open == UInt8(ascii: "\"")
            else { break }
            let value = rest[equals...].dropFirst(2).prefix { $0 != open }
            found[name] = String(decoding: value, as: UTF8.self)
            rest = rest[value.endIndex...].dropFirst()
        }
        return found
    }
}

extension RateFile {
    /// Reports what is wrong, with its line, and returns nil.
    static func read(_ bytes: [UInt8], _ path: String, _ findings: DiagnosticCollector) -> RateFile? {
        do throws(Fault) {
            return try RateFile(bytes)
        } catch {
            findings.add(
                Diagnostic(severity: .error, file: path, line: error.line, column: 1, message: error.message))
            return nil
        }
    }
}

extension String {
    /// Without spaces, tabs, a CR and a byte order mark at either end.
    fileprivate var trimmed: String {
        let blanks: Set<Unicode.Scalar> = [" ", "\t", "\r", "\u{FEFF}", "\n"]
        var scalars = unicodeScalars[...]
        while let first = scalars.first, blanks.contains(first) { scalars.removeFirst() }
        while let last = scalars.last, blanks.contains(last) { scalars.removeLast() }
        return String(scalars)
    }
}

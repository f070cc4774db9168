import HTTPTypes

/// Puts a head together from its lines, and refuses what two readers could understand differently.
///
///     status ──line──▶ fields ──empty line──▶ final head, or (1xx) back to status
///
/// libcurl frames the body by the same lines, so what it would repair is refused here: folded lines, two lengths, a
/// length beside a coding. (RFC 9112 §5.2, §6.3)
struct ResponseHeadParser {
    struct Malformed: Error, Equatable {
        let reason: String
        init(_ reason: String) { self.reason = reason }
    }

    /// Bytes of all lines together, interim answers and trailers included.
    static let maxBytes = 65_536
    static let maxFields = 256
    static let maxInterim = 8

    private var bytes: [UInt8] = []
    private var fields = HTTPFields(parsed: [])
    private var status = 0
    private var totalBytes = 0
    private var interim = 0
    private(set) var isComplete = false
    /// 2 for HTTP/2, where frames say how long a body is; else 1.
    private(set) var majorVersion = 1

    /// Takes the next line, with its line end; returns the head when that was the last of the final one.
    mutating func consume(_ line: UnsafeRawBufferPointer) throws(Malformed) -> HTTPResponseHead? {
        totalBytes += line.count
        guard totalBytes <= ResponseHeadParser.maxBytes else {
            throw Malformed("head above \(ResponseHeadParser.maxBytes) bytes")
        }
        if isComplete { return nil }  // a trailer: counted, not merged
        let content = ResponseHeadParser.withoutLineEnd(line)
        if status == 0 {
            try parseStatusLine(content)
        } else if content.isEmpty {
            return try finish()
        } else {
            try parseField(content)
        }
        return nil
    }

    private static func withoutLineEnd(_ line: UnsafeRawBufferPointer) -> Slice<UnsafeRawBufferPointer> {
        var end = line.count
        if end > 0, line[end - 1] == 10 { end -= 1 }
        if end > 0, line[end - 1] == 13 { end -= 1 }
        return line[0..<end]
    }

    /// `HTTP/1.1 200 OK`, or `HTTP/2 200 ` as libcurl writes the head of an HTTP/2 answer; it has looked at the version.
    private mutating func parseStatusLine(_ line: Slice<UnsafeRawBufferPointer>) throws(Malformed) {
        guard line.starts(with: "HTTP/".utf8), let space = line.firstIndex(of: 32), line.count >= space + 4,
            line.count == space + 4 || line[space + 4] == 32
        else { throw Malformed("bad status line") }
        var code = 0
        for byte in line[space + 1..<space + 4] {
            guard (48...57).contains(byte) else { throw Malformed("bad status") }
            code = code * 10 + Int(byte - 48)
        }
        guard (100...599).contains(code) else { throw Malformed("bad status \(code)") }
        status = code
        majorVersion = line.dropFirst(5).first == 50 ? 2 : 1
        bytes.reserveCapacity(512)  // most heads, at once
    }

    private mutating func parseField(_ line: Slice<UnsafeRawBufferPointer>) throws(Malformed) {
        guard fields.count < ResponseHeadParser.maxFields else {
            throw Malformed("more than \(ResponseHeadParser.maxFields) fields")
        }
        guard let colon = line.firstIndex(of: 58), colon > 0, line[..<colon].allSatisfy(ResponseHeadParser.isTokenByte)
        else { throw Malformed("bad field name or folded line") }
        let value = ResponseHeadParser.trimmed(line, from: colon + 1)
        guard line[value].allSatisfy({ $0 >= 32 && $0 != 127 || $0 == 9 }) else {
            throw Malformed("control byte in a field")
        }
        let start = bytes.count
        bytes.append(contentsOf: line)
        fields.appendEntry(
            name: start..<start + colon, value: start + value.lowerBound..<start + value.upperBound)
    }

    private static func trimmed(_ line: Slice<UnsafeRawBufferPointer>, from start: Int) -> Range<Int> {
        var (lower, upper) = (start, line.endIndex)
        while lower < upper, line[lower] == 32 || line[lower] == 9 { lower += 1 }
        while upper > lower, line[upper - 1] == 32 || line[upper - 1] == 9 { upper -= 1 }
        return lower..<upper
    }

    /// RFC 9110 §5.6.2.
    static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 94...122, 124, 126: true  // digits, letters, ^ _ ` | ~
        case 33, 35...39, 42, 43, 45, 46: true  // ! # $ % & ' * + - .
        default: false
        }
    }

    private mutating func finish() throws(Malformed) -> HTTPResponseHead? {
        if status < 200 {
            interim += 1
            guard interim <= ResponseHeadParser.maxInterim, status != 101 else { throw Malformed("interim answers") }
            (bytes, fields, status) = ([], HTTPFields(parsed: []), 0)
            return nil
        }
        isComplete = true
        fields.adopt(bytes)
        bytes = []
        try ResponseHeadParser.checkFraming(fields)
        return HTTPResponseHead(status: status, fields: fields)
    }

    private static func checkFraming(_ fields: HTTPFields) throws(Malformed) {
        let codings = fields.range(of: "transfer-encoding") == nil ? [] : fields.values(of: "transfer-encoding")
        guard codings.isEmpty || codings.map({ $0.lowercased() }) == ["chunked"] else {
            throw Malformed("transfer-encoding other than chunked")
        }
        guard fields.range(of: "content-length") != nil else { return }
        // One that is said twice is one (RFC 9112 §6.3).
        let said = fields.values(of: "content-length").joined(separator: ",")
        let lengths = Set(said.split(separator: ",", omittingEmptySubsequences: false).map { $0.drop { $0 == " " } })
        guard codings.isEmpty else { throw Malformed("content-length beside transfer-encoding") }
        guard lengths.count == 1, let length = lengths.first, length.utf8.allSatisfy({ (48...57).contains($0) }),
            Int(length) != nil
        else { throw Malformed("bad content-length") }
    }
}

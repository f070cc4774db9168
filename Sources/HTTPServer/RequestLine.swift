import HTTPTypes

/// The first line of a request: `method SP target SP version` (RFC 9112 §3), with one space each.
struct RequestLine {
    var method: HTTPMethod
    var path: String
    var query: String?
    var minorVersion: Int
    /// Where the authority of an absolute-form target stands in the line; it must equal Host.
    var authority: Range<Int>?

    init(_ line: Bytes) throws(HTTPFailure) {
        guard let first = line.firstIndex(of: 32), let last = line.lastIndex(of: 32), first < last else {
            throw HTTPFailure(.malformed, "the request line must be 'method target version', with single spaces")
        }
        let method = line.slice(0..<first)
        guard !method.isEmpty, method.allSatisfy(ByteClass.isToken) else {
            throw HTTPFailure(.malformed, "the request's method must be a token")
        }
        minorVersion = try RequestLine.version(line.slice(last + 1..<line.count))
        self.method = HTTPMethod(method)
        path = ""
        try readTarget(line, first + 1..<last)
    }

    private static func version(_ text: Bytes) throws(HTTPFailure) -> Int {
        if text.equals("HTTP/1.1") { return 1 }
        if text.equals("HTTP/1.0") { return 0 }
        let isVersion =
            text.count == 8 && text.slice(0..<5).equals("HTTP/") && text[6] == UInt8(ascii: ".")
            && ByteClass.isDigit(text[5]) && ByteClass.isDigit(text[7])
        throw isVersion
            ? HTTPFailure(.unknownVersion, "this server speaks HTTP/1.1 and HTTP/1.0")
            : HTTPFailure(.malformed, "the request line must end in 'HTTP/1.1' or 'HTTP/1.0'")
    }

    /// Origin-form, absolute-form, or `*` for OPTIONS (RFC 9112 §3.2). Nothing is decoded or repaired.
    private mutating func readTarget(_ line: Bytes, _ range: Range<Int>) throws(HTTPFailure) {
        try RequestLine.checkTarget(line.slice(range))
        var rest = range
        if line[range.lowerBound] != UInt8(ascii: "/") {
            if range.count == 1, line[range.lowerBound] == UInt8(ascii: "*"), method == .options {
                path = "*"
                return
            }
            rest = try readAuthority(line, range)
        }
        let mark = line[rest].firstIndex(of: UInt8(ascii: "?"))
        let pathRange = rest.lowerBound..<(mark ?? rest.upperBound)
        path = pathRange.isEmpty ? "/" : String(decoding: line.slice(pathRange), as: UTF8.self)
        query = mark.map { String(decoding: line.slice($0 + 1..<rest.upperBound), as: UTF8.self) }
    }

    private static func checkTarget(_ target: Bytes) throws(HTTPFailure) {
        guard !target.isEmpty else { throw HTTPFailure(.malformed, "the request's target is missing") }
        for (index, byte) in target.enumerated() {
            guard ByteClass.isTarget(byte) else {
                throw HTTPFailure(.malformed, "the request's target has a character that must be percent-encoded")
            }
            guard byte == UInt8(ascii: "%") else { continue }
            guard index + 2 < target.count, ByteClass.hexValue(target[index + 1]) != nil,
                ByteClass.hexValue(target[index + 2]) != nil
            else { throw HTTPFailure(.malformed, "'%' in the request's target must be followed by two hex digits") }
        }
    }

    /// Finds the authority of `http://authority/path`, and returns what follows it.
    private mutating func readAuthority(_ line: Bytes, _ range: Range<Int>) throws(HTTPFailure) -> Range<Int> {
        for scheme in ["http://", "https://"] as [StaticString] {
            let start = range.lowerBound + scheme.utf8CodeUnitCount
            guard start < range.upperBound, line.slice(range.lowerBound..<start).equalsIgnoringCase(scheme) else {
                continue
            }
            let end =
                line[start..<range.upperBound].firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }
                ?? range.upperBound
            authority = start..<end
            return end..<range.upperBound
        }
        throw HTTPFailure(.malformed, "the request's target must be a path that begins with '/'")
    }
}

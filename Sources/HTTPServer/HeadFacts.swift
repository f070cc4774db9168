/// How long a request's body is.
package enum HTTPBodyFraming: Equatable, Sendable {
    /// 0 when there is no body.
    case length(Int)
    case chunked
}

/// What a head says about the connection and the body. Whatever two readers could take in two ways is refused.
struct HeadFacts {
    private var contentLength: Int?
    private var isChunked = false
    private var hasClose = false
    private var hasKeepAlive = false
    private var hasContinue = false
    private var hasOtherExpectation = false
    /// The value of Host as it stands in the head.
    private(set) var host: Range<Int>?

    /// Takes notice of one field. `range` is where `value` stands in the head.
    mutating func note(name: Bytes, value: Bytes, at range: Range<Int>) throws(HTTPFailure) {
        switch name.count {
        case 4 where name.equalsIgnoringCase("host"): try noteHost(value, range)
        case 6 where name.equalsIgnoringCase("expect"): noteExpectation(value)
        case 10 where name.equalsIgnoringCase("connection"): noteConnection(value)
        case 14 where name.equalsIgnoringCase("content-length"): try noteLength(value)
        case 17 where name.equalsIgnoringCase("transfer-encoding"): try noteCoding(value)
        default: return
        }
    }

    private mutating func noteHost(_ value: Bytes, _ range: Range<Int>) throws(HTTPFailure) {
        guard host == nil else { throw HTTPFailure(.malformed, "Host must be there once") }
        guard HeadFacts.isAuthority(value) else { throw HTTPFailure(.malformed, "Host must be 'name' or 'name:port'") }
        host = range
    }

    private mutating func noteLength(_ value: Bytes) throws(HTTPFailure) {
        guard contentLength == nil else { throw HTTPFailure(.malformed, "Content-Length must be there once") }
        guard !value.isEmpty, value.allSatisfy(ByteClass.isDigit) else {
            throw HTTPFailure(.malformed, "Content-Length must be digits and nothing else")
        }
        var length = 0
        for byte in value {
            let (shifted, overflow) = length.multipliedReportingOverflow(by: 10)
            let (sum, carry) = shifted.addingReportingOverflow(Int(byte) - 48)
            guard !overflow, !carry else { throw HTTPFailure(.malformed, "Content-Length is no possible length") }
            length = sum
        }
        contentLength = length
    }

    private mutating func noteCoding(_ value: Bytes) throws(HTTPFailure) {
        guard !isChunked else { throw HTTPFailure(.malformed, "Transfer-Encoding must be there once") }
        if value.equalsIgnoringCase("chunked") {
            isChunked = true
            return
        }
        let last = value.trimmed((value.lastIndex(of: UInt8(ascii: ",")) ?? -1) + 1..<value.count)
        throw value.slice(last).equalsIgnoringCase("chunked")
            ? HTTPFailure(.unknownCoding, "Transfer-Encoding must be 'chunked' alone")
            : HTTPFailure(.malformed, "Transfer-Encoding must be 'chunked', or the end of the body is unknown")
    }

    private mutating func noteExpectation(_ value: Bytes) {
        if value.equalsIgnoringCase("100-continue") { hasContinue = true } else { hasOtherExpectation = true }
    }

    private mutating func noteConnection(_ value: Bytes) {
        var start = 0
        while start <= value.count {
            let end = value[start...].firstIndex(of: UInt8(ascii: ",")) ?? value.count
            let option = value.slice(value.trimmed(start..<end))
            if option.equalsIgnoringCase("close") { hasClose = true }
            if option.equalsIgnoringCase("keep-alive") { hasKeepAlive = true }
            start = end + 1
        }
    }

    // MARK: Conclusions

    func framing(minorVersion: Int) throws(HTTPFailure) -> HTTPBodyFraming {
        guard isChunked else { return .length(contentLength ?? 0) }
        guard contentLength == nil else {
            throw HTTPFailure(.malformed, "Content-Length and Transfer-Encoding must not come together")
        }
        guard minorVersion == 1 else { throw HTTPFailure(.malformed, "HTTP/1.0 has no Transfer-Encoding") }
        return .chunked
    }

    /// Compares the authority of an absolute-form target with Host, which HTTP/1.1 demands.
    func checkHost(_ head: Bytes, authority: Range<Int>?, minorVersion: Int) throws(HTTPFailure) {
        guard host != nil || minorVersion == 0 else { throw HTTPFailure(.malformed, "Host is missing") }
        guard let authority else { return }
        guard let host, head.slice(host).equalsIgnoringCase(head.slice(authority)) else {
            throw HTTPFailure(.malformed, "the target's authority must be the same as Host")
        }
    }

    func expectsContinue(minorVersion: Int) throws(HTTPFailure) -> Bool {
        guard minorVersion == 1 else { return false }
        guard !hasOtherExpectation else {
            throw HTTPFailure(.unknownExpectation, "Expect must be '100-continue', if it is there at all")
        }
        return hasContinue
    }

    func keepsAlive(minorVersion: Int) -> Bool {
        !hasClose && (minorVersion == 1 || hasKeepAlive)
    }

    /// `name`, `name:port`, `[v6]` or `[v6]:port`; or nothing, which is how a target without a host is written (RFC 9112 §3.2).
    private static func isAuthority(_ value: Bytes) -> Bool {
        guard !value.isEmpty else { return true }
        var end = 0
        if value.first == UInt8(ascii: "[") {
            guard let bracket = value.firstIndex(of: UInt8(ascii: "]")), bracket > 2 else { return false }
            // A link-local address may name its zone behind '%', which RFC 6874 writes '%25'.
            let zone = value[1..<bracket].firstIndex(of: UInt8(ascii: "%")) ?? bracket
            for byte in value[1..<zone] where ByteClass.hexValue(byte) == nil {
                guard byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".") else { return false }
            }
            guard zone > 2, zone + 1 != bracket else { return false }
            for byte in value[zone..<bracket] where !ByteClass.isHostName(byte) {
                guard byte == UInt8(ascii: "%") else { return false }
            }
            end = bracket + 1
        } else {
            while end < value.count, ByteClass.isHostName(value[end]) { end += 1 }
        }
        guard end > 0 else { return false }
        if end == value.count { return true }
        let port = value[(end + 1)...]
        return value[end] == UInt8(ascii: ":") && port.count <= 5 && port.allSatisfy(ByteClass.isDigit)
    }
}

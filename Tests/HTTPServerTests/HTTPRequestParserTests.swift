import HTTPServer
import HTTPTypes
import Testing

@Suite struct HTTPRequestParserTests {
    @Test(arguments: [
        ("GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n", "GET /a?b=c 1.1 [Host=x] | ()"),
        ("\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", "GET / 1.1 [Host=x] | ()"),
        ("GET / HTTP/1.0\r\n\r\n", "GET / 1.0 [] close | ()"),
        ("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "GET / 1.0 [Connection=Keep-Alive] | ()"),
        (
            "GET / HTTP/1.1\r\nHost: x\r\nConnection: a, Close\r\n\r\n",
            "GET / 1.1 [Host=x,Connection=a, Close] close | ()"
        ),
        ("GET / HTTP/1.1\r\nHost:\t x:80 \r\nA:\r\n\r\n", "GET / 1.1 [Host=x:80,A=] | ()"),
        ("GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", "GET / 1.1 [Host=[::1]:8080] | ()"),
        ("GET http://X:80/p?q HTTP/1.1\r\nHost: x:80\r\n\r\n", "GET /p?q 1.1 [Host=x:80] | ()"),
        ("GET https://x HTTP/1.1\r\nHost: x\r\n\r\n", "GET / 1.1 [Host=x] | ()"),
        ("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", "OPTIONS * 1.1 [Host=x] | ()"),
        ("TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", "TRACE / 1.1 [Host=x] | ()"),
        (
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 03\r\n\r\nabc",
            "POST / 1.1 [Host=x,Content-Length=03] | (abc)"
        ),
        (
            "POST / HTTP/1.1\r\nHost: x\r\ntransfer-encoding: Chunked\r\n\r\n2;a=\"b\"\r\nab\r\n001\r\nc\r\n0\r\nT: v\r\n\r\n",
            "POST / 1.1 [Host=x,transfer-encoding=Chunked] | (abc)"
        ),
        (
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: 100-Continue\r\n\r\na",
            "POST / 1.1 [Host=x,Content-Length=1,Expect=100-Continue] continue | (a)"
        ),
        (
            "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /1 1.1 [Host=x] | () | GET /2 1.1 [Host=x] | ()"
        ),
    ])
    func reads(wire: String, expected: String) {
        #expect(parse(wire).description == expected)
    }

    /// Request lines that are none.
    @Test(arguments: [
        ("GET /\r\n\r\n", 400),  // HTTP/0.9
        ("GET  / HTTP/1.1\r\n", 400), ("GET / HTTP/1.1 \r\n", 400), (" GET / HTTP/1.1\r\n", 400),
        ("GET\t/\tHTTP/1.1\r\n", 400), ("GET / HTTP/1.1\n", 400), ("GET / HTTP/1.1\rX\r\n", 400),
        ("GET / http/1.1\r\n", 400), ("GET / HTTP/1.10\r\n", 400), ("GET / HTTP/+1.1\r\n", 400),
        ("GET / HTTP/2.0\r\n", 505), ("GET / HTTP/1.2\r\n", 505), ("GET / HTTP/0.9\r\n", 505),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        ("G(T / HTTP/1.1\r\n", 400), (" / HTTP/1.1\r\n", 400),
        ("GET a HTTP/1.1\r\n", 400), ("GET * HTTP/1.1\r\n", 400), ("GET /\u{0} HTTP/1.1\r\n", 400),
        ("GET /ä HTTP/1.1\r\n", 400), ("GET /a#b HTTP/1.1\r\n", 400), ("GET /%zz HTTP/1.1\r\n", 400),
        ("GET /%2 HTTP/1.1\r\n", 400), ("GET /a\\b HTTP/1.1\r\n", 400), ("GET ftp://x/ HTTP/1.1\r\n", 400),
        ("CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n", 400),
        ("\r\n\r\nGET / HTTP/1.1\r\n", 400), ("\nGET / HTTP/1.1\r\n", 400),
        ("\u{16}\u{3}\u{1}\n", 400),  // TLS on the wrong port
    ])
    func refusesRequestLine(wire: String, status: Int) {
        #expect(parse(wire).status == status)
    }

    /// Each is a known way to make two readers disagree.
    @Test(arguments: [
        ("Content-Length: 1\r\nTransfer-Encoding: chunked", 400),
        ("Transfer-Encoding: chunked\r\nContent-Length: 1", 400),
        ("Content-Length: 1\r\nContent-Length: 1", 400), ("Content-Length: 1, 1", 400),
        ("Content-Length:", 400), ("Content-Length: +1", 400), ("Content-Length: -1", 400),
        ("Content-Length: 1 2", 400),
        ("Content-Length: 0x1", 400), ("Content-Length: 1_0", 400), ("Content-Length: 18446744073709551617", 400),
        ("Content-Length: 9223372036854775808", 400),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", 400),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", 400),
        ("Transfer-Encoding: identity", 400), ("Transfer-Encoding: chunked, identity", 400),
        ("Transfer-Encoding: gzip, chunked", 501), ("Transfer-Encoding: chunked, chunked", 501),
        ("Transfer-Encoding: xchunked", 400), ("Transfer-Encoding: \u{b}chunked", 400), ("Transfer-Encoding:", 400),
        ("Content-Length : 1", 400), (" Content-Length: 1", 400), ("A: b\r\n c", 400), ("A: b\r\n\tc", 400),
        (": v", 400), ("A", 400), ("A\u{0}: b", 400), ("A: b\u{0}", 400), ("A: b\rC: d", 400), ("A: b\nC: d", 400),
        ("A: b\u{7f}", 400), ("A: b\u{1}", 400), ("A(: b", 400), ("Ä: b", 400),
        ("Host: y", 400), ("hOST: x", 400), ("Expect: 200-ok", 417),
    ])
    func refusesField(fields: String, status: Int) {
        #expect(parse("POST / HTTP/1.1\r\nHost: x\r\n\(fields)\r\n\r\n").status == status)
    }

    @Test(arguments: ["", "[fe80::1%25eth0]:80", "[fe80::1%eth0]", "[::ffff:1.2.3.4]"])
    func takesHost(host: String) {
        #expect(parse("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n").status == nil)
    }

    @Test(arguments: [
        "a b", "a/b", "a@b", "a,b", "user:pw@x", "x:", "x:80:80", "x:port", "x:123456", "[::1", "[]", "[::g]",
        "[::1]x", "[fe80::1%]", "[%eth0]", "[::%e h]", "[::1%e]:x",
        ":80", "x?y", "ä",
    ])
    func refusesHost(host: String) {
        let isFine = host == "x:"  // RFC 3986 has an empty port
        #expect(parse("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n").status == (isFine ? nil : 400))
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\n\r\n",  // no Host
        "GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n", "GET http:/// HTTP/1.1\r\nHost: b\r\n\r\n",
        "GET http://a@b/ HTTP/1.1\r\nHost: b\r\n\r\n", "GET http://b/ HTTP/1.0\r\n\r\n",
        "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
    ])
    func refusesHead(wire: String) {
        #expect(parse(wire).status == 400)
    }

    @Test(arguments: [
        ("g\r\n", 400), ("\r\n", 400), ("-1\r\n", 400), ("+1\r\n", 400), ("0x1\r\n", 400), (" 1\r\n", 400),
        ("1 \r\n", 400),
        ("1 ;a\r\n", 400), ("1\n", 400), ("1\r2\r\n", 400), ("1;a\u{0}\r\n", 400), ("1\r\nab", 400), ("1\r\na\n", 400),
        ("1\r\na\r\r\n", 400), ("ffffffffffffffff\r\n", 400), ("10000000000000001\r\n", 400),
        ("fffffffffffffff\r\n", 413), ("2000001\r\n", 413), ("0\r\nA : b\r\n", 400), ("0\r\n b\r\n", 400),
        ("0\r\n\n", 400), ("1;" + String(repeating: "x", count: 5000), 400),
        ("0\r\nA: " + String(repeating: "x", count: 9000), 431),
    ])
    func refusesChunk(chunk: String, status: Int) {
        #expect(parse("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk).status == status)
    }

    @Test func boundsExtensionsTrailersAndTheBodyInAll() {
        let head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        let extended = String(repeating: "1;" + String(repeating: "x", count: 4000) + "\r\na\r\n", count: 5)
        #expect(parse(head + extended).status == 400)
        #expect(parse(head + "0\r\n" + String(repeating: "A: b\r\n", count: 129)).status == 431)
        var limits = HTTPServerLimits()
        limits.maxBody = 5
        #expect(parse(head + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", limits: limits).events.last == "(abcde)")
        #expect(parse(head + "3\r\nabc\r\n3\r\ndef\r\n", limits: limits).status == 413)
    }

    @Test func boundsTheHead() {
        let line = "GET /" + String(repeating: "a", count: 16 << 10)
        #expect(parse(line).status == 414)
        #expect(parse(line + " HTTP/1.1\r\n").status == 414)
        let wide = "GET / HTTP/1.1\r\nHost: x\r\nA: " + String(repeating: "a", count: 64 << 10)
        #expect(parse(wide).status == 431)
        #expect(parse(wide + "\r\n\r\n").status == 431)
        let many = "GET / HTTP/1.1\r\nHost: x\r\n" + String(repeating: "A: b\r\n", count: 127)
        #expect(parse(many + "\r\n").status == nil)
        #expect(parse(many + "A: b\r\n\r\n").status == 431)
    }

    @Test func anythingInAnySlicesReadsTheSame() {
        var generator = SeededGenerator(state: 7)
        for _ in 0..<3000 {
            let wire = WireMaker.requests(&generator)
            let whole = parse(wire) { wire.count }
            let single = parse(wire) { 1 }
            let sliced = parse(wire) { Int.random(in: 1...40, using: &generator) }
            #expect(whole == single)
            #expect(whole == sliced)
            if whole != single || whole != sliced { return }
        }
    }
}

/// Requests, mostly well formed, then damaged in a few places.
private enum WireMaker {
    private static let heads = [
        "GET /a HTTP/1.1\r\nHost: x\r\n\r\n", "GET http://x/a?b HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n",
        "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", "\r\nOPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n10;e\r\n0123456789abcdef\r\n0\r\nT: u\r\n\r\n",
        "PUT /d HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi",
        "GET / HTTP/1.0\r\n\r\n",
    ]
    private static let marks = Array("\r\n\0: \t,;/%aA09+-".utf8) + [0x80, 0xff, 0x7f]

    static func requests(_ generator: inout SeededGenerator) -> [UInt8] {
        var wire: [UInt8] = []
        for _ in 0..<Int.random(in: 1...3, using: &generator) { wire += heads.randomElement(using: &generator)!.utf8 }
        for _ in 0..<Int.random(in: 0...3, using: &generator) {
            let index = Int.random(in: 0..<wire.count, using: &generator)
            let mark = marks.randomElement(using: &generator)!
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: wire[index] = mark
            case 1: wire.insert(mark, at: index)
            default: wire.remove(at: index)
            }
        }
        return wire
    }
}

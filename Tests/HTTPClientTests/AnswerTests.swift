import HTTPClient
import HTTPTypes
import Testing

@Suite struct AnswerTests {
    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Type: a/b\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type:a/b\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nT: 1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type: \ta/b \r\nConnection: close\r\n\r\nhello",
        "HTTP/1.0 200 OK\r\nContent-Type: a/b\r\n\r\nhello",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-type: a/b\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200\r\nContent-Type: a/b\r\nContent-Encoding: identity\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200\r\nContent-Type: a/b\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200\r\nContent-Type: a/b\r\nContent-Encoding: none\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200\r\nContent-Type: a/b\r\nContent-Encoding: utf-8\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200\r\nContent-Type: a/b\r\nContent-Length: 5, 5\r\n\r\nhello",
    ])
    func everyFramingGivesTheSameAnswer(text: String) async throws {
        let whole = try await answer(to: text)
        let byByte = try await answer { peer, _ in
            peer.request()
            for byte in text.utf8 { peer.send([byte]) }
        }
        let expected = Answer(status: 200, body: "hello", reused: false, failure: nil, written: true, type: "a/b")
        #expect(whole == expected)
        #expect(byByte == expected)
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", "hello"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "hello"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhello", "hello"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n", "hello"),
        ("HTTP/1.1 200 OK\r\nContent-Le", ""), ("", ""),
    ])
    func aCutAnswerIsNeverACleanEnd(text: String, arrived: String) async throws {
        let answer = try await answer(to: text)
        guard case .reset? = answer.failure else {
            Issue.record("\(answer)")
            return
        }
        #expect(answer.body == arrived)
        #expect(answer.written)
    }

    @Test(arguments: [
        "hello, this is HTTP/0.9",
        "HTTP/1.1 OK\r\n\r\n", "HTTP/1.1 999 X\r\n\r\n", "HTTP/1.1 2000 X\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nhello\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX: a\r\n folded\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nX : a\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nX: \u{1}\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 101 Switching Protocols\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nX: " + String(repeating: "a", count: 66_000) + "\r\n\r\n",
        "HTTP/1.1 200 OK\r\n" + String(repeating: "X: 1\r\n", count: 300) + "\r\n",
        String(repeating: "HTTP/1.1 102 Processing\r\n\r\n", count: 50) + "HTTP/1.1 200 OK\r\n\r\n",
    ])
    func whatTwoReadersCouldReadDifferentlyIsMalformed(text: String) async throws {
        let answer = try await answer(to: text)
        guard case .malformed? = answer.failure else {
            Issue.record("\(answer) for \(text.prefix(60))")
            return
        }
        #expect(answer.body == "")
        #expect(answer.written)
    }

    @Test func aRedirectIsAnAnswerAndIsNotFollowed() async throws {
        let answer = try await answer { peer, server in
            peer.request()
            peer.send("HTTP/1.1 302 Found\r\nLocation: \(server.url)/other\r\nContent-Length: 0\r\n\r\n")
            if peer.request() != nil { server.note("followed") }
        }
        #expect(answer.status == 302)
        #expect(answer.failure == nil)
    }

    @Test func theRequestHasTheCallersFieldsAndNoOthers() async throws {
        let server = try ScriptedServer { peer, server in
            server.note(peer.request() ?? "")
            peer.send("HTTP/1.1 204 No Content\r\n\r\n")
        }
        defer { server.stop() }
        try await withClient { client, _ in
            let request = UpstreamRequest(
                url: server.url + "/a/../b%2f?q=1",
                headers: [
                    ("authorization", "Bearer k\r\nX-Evil: 1"), ("content-length", "99"), ("Expect", "100-continue"),
                    ("x-empty", ""), ("accept-encoding", "gzip"),
                ], body: Array("{\"a\":1}".utf8))
            let answer = await client.read(client.start(request, endpoint: UpstreamEndpoint(baseURL: server.url)))
            #expect(answer.status == 204)
        }
        #expect(
            server.notes == [
                "POST /a/../b%2f?q=1 HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nauthorization: Bearer k  X-Evil: 1\r\n"
                    + "x-empty:\r\nAccept-Encoding: identity\r\nContent-Length: 7\r\n\r\n{\"a\":1}"
            ])
    }

    @Test func methodsAlternateOnOneHandle() async throws {
        let server = try ScriptedServer { peer, server in
            while let request = peer.request() {
                server.note(String(request.prefix { $0 != "\r" && $0 != "\r\n" }))
                peer.send("HTTP/1.1 200 OK\r\nContent-Length: \(request.hasPrefix("HEAD") ? 9 : 0)\r\n\r\n")
            }
        }
        defer { server.stop() }
        let methods: [HTTPMethod] = [.post, .get, .delete, .post, .head, .put, .get]
        let statuses = try await withClient { client, _ in
            var statuses: [Int] = []
            for method in methods {
                let body = method == .post || method == .put ? Array("hi".utf8) : []
                let request = UpstreamRequest(method: method, url: server.url + "/", headers: [], body: body)
                let answer = await client.read(client.start(request, endpoint: UpstreamEndpoint(baseURL: server.url)))
                statuses.append(answer.failure == nil ? answer.status : 0)
            }
            return statuses
        }
        #expect(statuses == Array(repeating: 200, count: 7))
        #expect(server.notes == methods.map { "\($0.name) / HTTP/1.1" })
        #expect(server.connections == 1)
    }
}

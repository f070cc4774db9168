import HTTPServer
import HTTPTypes
import NetIO
import Testing

@Suite struct AnswerTests {
    /// Serves one client, which sends `wire`, and returns what it got up to `ending`.
    private func talk(
        _ wire: String, until ending: String, _ work: @escaping @Sendable (HTTPExchange) async -> Void
    ) async throws -> String {
        try await onLoop { reactor in
            let listener = try listen(TestHandler(work), reactor)
            let client = try TestClient(listener, reactor)
            client.send(wire)
            let text = await client.read(until: ending)
            listener.closeAll()
            return text.undated
        }
    }

    @Test func aWholeAnswerHasItsLengthADateAndNoTypeButItsOwn() async throws {
        let text = try await onLoop { reactor in
            let listener = try listen(TestHandler(echo), reactor)
            let client = try TestClient(listener, reactor)
            client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi")
            return await client.read(until: "/a hi")
        }
        #expect(text.undated == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n/a hi")
        #expect(
            text.wholeMatch(
                of:
                    #/HTTP/1.1 200 OK\r\nDate: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\nX-Content-Type-Options: nosniff\r\nContent.*/#
                    .dotMatchesNewlines()) != nil)
    }

    @Test func pipelinedRequestsAreAnsweredInOrder() async throws {
        let wire = (1...50).map { "GET /\($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined()
        let text = try await talk(wire, until: "/50 ") { exchange in
            exchange.respond(status: 200, fields: HTTPFields(), body: Array("\(exchange.head.path) ".utf8))
        }
        let paths = text.split(separator: "\r\n\r\n/").dropFirst().compactMap { Int($0.prefix { $0 != " " }) }
        #expect(paths == Array(1...50))
    }

    @Test func aStreamIsChunkedAndAnswersMayHaveFields() async throws {
        let text = try await talk("GET / HTTP/1.1\r\nHost: x\r\n\r\n", until: "0\r\n\r\n") { exchange in
            var fields = HTTPFields()
            fields.append("Content-Type", "text/event-stream\r\nEvil: 1")
            exchange.begin(status: 200, fields: fields)
            exchange.write(Array("hello ".utf8))
            exchange.write(Array("wonderful, world".utf8))
            exchange.finish()
        }
        #expect(
            text == "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream  Evil: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "6\r\nhello \r\n10\r\nwonderful, world\r\n0\r\n\r\n")
    }

    @Test func aStreamToHTTP10EndsWithTheConnection() async throws {
        let text = try await talk("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", until: "never") { exchange in
            exchange.begin(status: 200, fields: HTTPFields())
            exchange.write(Array("a".utf8))
            exchange.finish(Array("b".utf8))
        }
        #expect(text == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nab")
    }

    @Test func keepAliveInHTTP10IsGivenWhenAskedFor() async throws {
        let text = try await talk(
            "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n", until: "never"
        ) { $0.respond(status: 204, fields: HTTPFields(), body: []) }
        #expect(
            text == "HTTP/1.1 204 No Content\r\nConnection: keep-alive\r\n\r\n"
                + "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
    }

    @Test func headHasTheFieldsAndNoBody() async throws {
        let wire = "HEAD / HTTP/1.1\r\nHost: x\r\n\r\nHEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        let text = try await talk(wire, until: "never") { exchange in
            guard exchange.head.fields["connection"] != nil else {
                return exchange.respond(status: 200, fields: HTTPFields(), body: [1, 2, 3])
            }
            exchange.begin(status: 200, fields: HTTPFields())
            exchange.finish([1, 2, 3])
        }
        #expect(
            text == "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"
                + "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n")
    }

    @Test func anAnswerThatIsBrokenOffNeverLooksFinished() async throws {
        let text = try await talk("GET / HTTP/1.1\r\nHost: x\r\n\r\n", until: "never") { exchange in
            exchange.begin(status: 200, fields: HTTPFields())
            exchange.write(Array("part".utf8))  // and it returns
        }
        #expect(text == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n")
    }

    @Test func anHTTP10AnswerThatIsBrokenOffEndsInAReset() async throws {
        let wasReset = try await onLoop { reactor in
            let handler = TestHandler { exchange in
                exchange.begin(status: 200, fields: HTTPFields())
                exchange.write([1])
                exchange.abort()
            }
            let client = try TestClient(listen(handler, reactor), reactor)
            client.send("GET / HTTP/1.0\r\n\r\n")
            _ = await client.readToEnd()
            return client.wasReset
        }
        #expect(wasReset == true)
    }

    @Test func aLargeAnswerArrivesWhole() async throws {
        let matches = try await onLoop { reactor in
            let body = (0..<5000).flatMap { [UInt8](repeating: UInt8($0 & 0x7f), count: 1000) }
            let handler = TestHandler { $0.respond(status: 200, fields: HTTPFields(), body: body) }
            let client = try TestClient(listen(handler, reactor), reactor)
            client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            _ = await client.readToEnd()
            return Array(client.received.suffix(body.count)) == body && client.wasReset == false
        }
        #expect(matches)
    }
}

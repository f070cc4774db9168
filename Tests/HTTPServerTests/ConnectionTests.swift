import Glibc
import HTTPServer
import HTTPTypes
import NetIO
import Testing

/// Changes on one loop only.
private final class Notes {
    var lines: [String] = []
    var highest = 0
}

@Suite struct ConnectionTests {
    private static let get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

    // MARK: Admission

    @Test func continueIsSentOnlyAfterTheHeadWasAccepted() async throws {
        let texts = try await onLoop { reactor in
            let handler = TestHandler(echo)
            handler.admit = { head, length in
                head.path == "/no" ? .refuse(HTTPAnswer(status: 401)) : .proceed(maxBody: length)
            }
            let listener = try listen(handler, reactor)
            let client = try TestClient(listener, reactor)
            client.send("POST /yes HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
            let first = await client.read(until: "Continue\r\n\r\n")
            client.send("ok")
            let second = await client.read(until: "/yes ok")
            let other = try TestClient(listener, reactor)
            other.send("POST /no HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
            return [first, second.undated, await other.readToEnd().undated]
        }
        #expect(texts[0] == "HTTP/1.1 100 Continue\r\n\r\n")
        #expect(texts[1] == texts[0] + "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n/yes ok")
        #expect(texts[2] == "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    }

    @Test func aRefusedRequestWhoseBodyIsHereKeepsItsConnection() async throws {
        let text = try await onLoop { reactor in
            let handler = TestHandler(echo)
            handler.admit = { head, _ in head.path == "/no" ? .refuse(HTTPAnswer(status: 404)) : .proceed(maxBody: nil)
            }
            let client = try TestClient(listen(handler, reactor), reactor)
            client.send("POST /no HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc" + ConnectionTests.get)
            return await client.read(until: "/ ").undated
        }
        #expect(
            text == "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n/ ")
    }

    @Test(arguments: [
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n", 413), ("GET / HTTP/3.0\r\n", 505),
        ("GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n", 413),
    ])
    func whatIsNoRequestIsAnsweredAndEnded(wire: String, status: Int) async throws {
        let (text, wasReset) = try await onLoop { reactor in
            var limits = HTTPServerLimits()
            limits.maxBody = 10
            let client = try TestClient(listen(TestHandler(echo), reactor, limits: limits), reactor)
            // What follows must neither be answered nor, unread, destroy the answer.
            client.send(wire + String(repeating: "x", count: 30_000))
            return (await client.readToEnd(), client.wasReset)
        }
        #expect(text.hasPrefix("HTTP/1.1 \(status) "))
        #expect(text.contains("Connection: close\r\n"))
        #expect(text.ranges(of: "HTTP/1.1").count == (text.contains("'HTTP/1.1'") || status == 505 ? 2 : 1))
        #expect(wasReset == false)
    }

    // MARK: Time

    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHos", 408), ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc", 408), ("", 0),
    ])
    func whoTakesTooLongIsCutOff(wire: String, status: Int) async throws {
        let text = try await onLoop { reactor in
            var limits = HTTPServerLimits()
            limits.headTimeout = .milliseconds(40)
            limits.bodyTimeout = .milliseconds(40)
            limits.idleTimeout = .milliseconds(60)
            let client = try TestClient(listen(TestHandler(echo), reactor, limits: limits), reactor)
            client.send(wire)
            return await client.readToEnd()
        }
        #expect(status == 0 ? text.isEmpty : text.hasPrefix("HTTP/1.1 \(status) "))
    }

    @Test func aBodyThatTricklesIsCutOff() async throws {
        let text = try await onLoop { reactor in
            var limits = HTTPServerLimits()
            limits.bodyRateGrace = .milliseconds(30)
            limits.minBodyRate = 100_000
            limits.idleTimeout = .milliseconds(100)  // makes the sweep frequent
            let client = try TestClient(listen(TestHandler(echo), reactor, limits: limits), reactor)
            client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 90000\r\n\r\n")
            for _ in 0..<60 {
                client.send("x")
                await reactor.sleep(for: .milliseconds(2))
            }
            return await client.readToEnd()
        }
        #expect(text.hasPrefix("HTTP/1.1 408 "))
    }

    // MARK: Back-pressure

    @Test func whileTheClientReadsNothingTheHandlerWaitsAndMemoryStaysBounded() async throws {
        let (highest, total) = try await onLoop { reactor in
            let notes = Notes()
            let chunk = [UInt8](repeating: 120, count: 10_000)
            let handler = TestHandler { exchange in
                exchange.begin(status: 200, fields: HTTPFields())
                for _ in 0..<2000 {
                    exchange.write(chunk)
                    notes.highest = max(notes.highest, exchange.bufferedBytes)
                    await exchange.drained()
                }
                exchange.finish()
            }
            let client = try TestClient(listen(handler, reactor), reactor, receiveBuffer: 8192)
            client.send(ConnectionTests.get)
            await reactor.sleep(for: .milliseconds(100))
            _ = await client.read(until: "\r\n0\r\n\r\n")
            return (notes.highest, client.received.count)
        }
        #expect(highest <= (256 << 10) + 10_100)
        #expect(total > 20_000_000)
    }

    @Test func aClientThatReadsNothingForTooLongIsGone() async throws {
        let lines = try await onLoop { reactor in
            let notes = Notes()
            let handler = TestHandler { exchange in
                exchange.onClientGone = { notes.lines.append("gone") }
                exchange.begin(status: 200, fields: HTTPFields())
                exchange.write([UInt8](repeating: 1, count: 20_000_000))
                await exchange.drained()
                await reactor.sleep(for: .milliseconds(2))
                notes.lines.append("\(exchange.isClientGone)")
            }
            var limits = HTTPServerLimits()
            limits.writeStall = .milliseconds(50)
            let client = try TestClient(listen(handler, reactor, limits: limits), reactor)
            client.send(ConnectionTests.get)
            _ = await eventually(reactor) { notes.lines.count == 2 }
            return notes.lines
        }
        #expect(lines == ["gone", "true"])
    }

    @Test func requestsThatCameAheadAreNotReadWithoutEnd() async throws {
        let sent = try await onLoop { reactor in
            let handler = TestHandler { _ in await reactor.sleep(for: .milliseconds(300)) }
            let client = try TestClient(listen(handler, reactor), reactor)
            client.send(ConnectionTests.get)
            await reactor.sleep(for: .milliseconds(5))
            var sent = 0
            let ahead = [UInt8](repeating: 97, count: 100_000)
            for _ in 0..<200 {
                sent += client.sendWithoutWaiting(ahead)
                await reactor.sleep(for: .milliseconds(0))
            }
            return sent
        }
        #expect(sent < 15_000_000)  // what the kernel's buffers hold, and 80 KiB
    }

    // MARK: Clients that leave

    @Test func theHandlerLearnsThatItsClientHasLeft() async throws {
        let lines = try await onLoop { reactor in
            let notes = Notes()
            let handler = TestHandler { exchange in
                exchange.onClientGone = { notes.lines.append("gone") }
                exchange.begin(status: 200, fields: HTTPFields())
                exchange.write([1])
                _ = await eventually(reactor) { exchange.isClientGone }
                await exchange.drained()
                for _ in 0..<3 { exchange.write([2]) }
                exchange.finish()
                notes.lines.append("finished")
            }
            let listener = try listen(handler, reactor)
            do {
                let client = try TestClient(listener, reactor)
                client.send(ConnectionTests.get)
                await reactor.sleep(for: .milliseconds(5))
            }
            _ = await eventually(reactor) { listener.connectionCount == 0 && listener.activeExchanges == 0 }
            return notes.lines + ["\(listener.connectionCount)"]
        }
        #expect(lines == ["gone", "finished", "0"])
    }

    @Test func whoClosesOnlyItsSendingSideStillGetsItsAnswer() async throws {
        let (text, gone) = try await onLoop { reactor in
            let notes = Notes()
            let handler = TestHandler { exchange in
                await reactor.sleep(for: .milliseconds(10))
                notes.lines.append("\(exchange.isClientGone)")
                await echo(exchange)
            }
            let client = try TestClient(listen(handler, reactor), reactor)
            client.send(ConnectionTests.get + ConnectionTests.get)
            client.endSending()
            return (await client.readToEnd(), notes.lines)
        }
        #expect(text.undated == String(repeating: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n/ ", count: 2))
        #expect(gone == ["true", "true"])
    }
}

extension TestClient {
    /// Returns how many bytes the kernel took.
    func sendWithoutWaiting(_ bytes: [UInt8]) -> Int {
        max(
            0,
            bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(Int(MSG_NOSIGNAL) | Int(MSG_DONTWAIT)))
            })
    }
}

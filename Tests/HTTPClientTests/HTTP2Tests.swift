import HTTPClient
import HTTPTypes
import NetIO
import Testing

/// Sends a request to nginx and reads its answer. `protocol` and `connection` are nginx's words.
private struct Exchange: Sendable {
    var status = 0
    var body: [UInt8] = []
    var spoke: String?
    var connection: String?
    var failure: TransferFailure?
    var written = false
    var reused: Bool?

    init(_ client: UpstreamClient, _ nginx: NginxServer, body sent: [UInt8] = Array("{}".utf8)) async {
        let transfer = client.start(nginx, body: sent)
        do {
            let head = try await transfer.head()
            status = head.status
            spoke = head.fields["x-protocol"]
            connection = head.fields["x-connection"]
            while let chunk = try await transfer.next() { body += chunk }
        } catch {
            failure = error
        }
        written = transfer.requestWasWritten
        reused = transfer.connectionReused
    }

    var text: String { String(decoding: body, as: UTF8.self) }
}

extension UpstreamClient {
    fileprivate func start(
        _ nginx: NginxServer, body: [UInt8] = Array("{}".utf8), timeouts: UpstreamTimeouts = UpstreamTimeouts()
    ) -> any UpstreamTransfer {
        start(
            UpstreamRequest(
                url: nginx.url + "/v1/x",
                headers: [("content-type", "application/json"), ("authorization", "Bearer k")],
                body: body),
            endpoint: UpstreamEndpoint(baseURL: nginx.url, caFile: nginx.certificate.certificate, timeouts: timeouts))
    }
}

/// A whole small answer.
private func answer(_ text: String) -> String {
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)"
}

private func chunk(_ text: String) -> String { "\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n" }

private let chunkedHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"

@Suite(.enabled(if: NginxServer.isInstalled), .serialized) struct HTTP2Tests {
    @Test func aWholeAnswerComesOverHTTP2AndConnectionsAreKept() async throws {
        let server = try ScriptedServer { peer, server in
            server.note(peer.request() ?? "")
            peer.send(answer("hello"))
        }
        defer { server.stop() }
        let nginx = try NginxServer(before: server)
        let exchanges = try await withClient { client, _ in
            var exchanges: [Exchange] = []
            for _ in 0..<5 { exchanges.append(await Exchange(client, nginx)) }
            return exchanges.map { ($0.text, $0.spoke, $0.connection, $0.failure, $0.reused) }
        }
        #expect(exchanges.allSatisfy { $0.0 == "hello" && $0.1 == "HTTP/2.0" && $0.3 == nil })
        #expect(Set(exchanges.map(\.2)).count == 1)
        #expect(exchanges.map(\.4) == [false, true, true, true, true])
        #expect(server.notes.allSatisfy { $0.contains("authorization: Bearer k") && $0.contains("{}") })
    }

    /// No two requests share a connection, so no slow reader holds up another.
    @Test func requestsAtTheSameTimeHaveConnectionsOfTheirOwn() async throws {
        let server = try ScriptedServer { peer, _ in
            peer.request()
            peer.sleep(milliseconds: 100)
            peer.send(answer("hello"))
        }
        defer { server.stop() }
        let nginx = try NginxServer(before: server)
        let connections = try await withClient { client, _ in
            let transfers = (0..<8).map { _ in client.start(nginx) }
            var connections: Set<String> = []
            for transfer in transfers {
                connections.insert(try await transfer.head().fields["x-connection"] ?? "")
                _ = try await transfer.whole(limit: 100)
            }
            return connections
        }
        #expect(connections.count == 8)
    }

    @Test func eventsArriveAtOnceAndAStreamEndsCleanlyWithoutALength() async throws {
        let server = try ScriptedServer { peer, _ in
            peer.request()
            peer.send(chunkedHead + chunk("data: 1\n\n"))
            peer.sleep(milliseconds: 150)
            peer.send(chunk("data: 2\n\n") + "0\r\n\r\n")
        }
        defer { server.stop() }
        let nginx = try NginxServer(before: server)
        let (first, rest, gap) = try await withClient { client, reactor in
            let transfer = client.start(nginx)
            _ = try await transfer.head()
            let first = try await transfer.next()
            let start = MonotonicClock.nanoseconds
            var rest: [UInt8] = []
            while let bytes = try await transfer.next() { rest += bytes }
            return (first, rest, MonotonicClock.nanoseconds - start)
        }
        #expect(first == Array("data: 1\n\n".utf8) && rest == Array("data: 2\n\n".utf8))
        #expect(gap > 50_000_000)
    }

    @Test(arguments: [chunkedHead + chunk("data: 1\n\n"), "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\ndata: 1\n\n"])
    func aStreamThatIsResetIsNoCleanEnd(script: String) async throws {
        let server = try ScriptedServer { peer, _ in
            peer.request()
            peer.send(script)
            peer.sleep(milliseconds: 50)
            peer.reset()
        }
        defer { server.stop() }
        let nginx = try NginxServer(before: server)
        let (text, failure, after) = try await withClient { client, _ in
            let broken = await Exchange(client, nginx)
            let next = await Exchange(client, nginx)
            return (broken.text, broken.failure, next.spoke)
        }
        #expect(text == "data: 1\n\n")
        guard case .reset? = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(after == "HTTP/2.0")
    }

    @Test func aConnectionThatIsCutIsNoCleanEnd() async throws {
        let server = try ScriptedServer { peer, _ in
            peer.request()
            peer.send(chunkedHead + chunk("data: 1\n\n"))
            peer.awaitClose()
        }
        defer { server.stop() }
        let nginx = try NginxServer(before: server)
        let failure = try await withClient { client, _ in
            let transfer = client.start(nginx)
            do throws(TransferFailure) {
                _ = try await transfer.head()
                _ = try await transfer.next()
                nginx.kill()
                while try await transfer.next() != nil {}
                return TransferFailure?.none
            } catch {
                return error
            }
        }
        guard case .reset? = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }

    @Test func aCancelledStreamIsToldToThePeer() async throws {
        let server = try ScriptedServer { peer, server in
            peer.request()
            peer.send(chunkedHead + chunk("data: 1\n\n"))
            peer.awaitClose()
            server.note("left")
        }
        defer { server.stop() }
        let nginx = try NginxServer(before: server)
        let told = try await withClient { client, reactor in
            let transfer = client.start(nginx)
            _ = try await transfer.head()
            transfer.cancel()
            #expect(client.activeTransfers == 0)
            for _ in 0..<200 where server.notes.isEmpty { await reactor.sleep(for: .milliseconds(5)) }
            return server.notes
        }
        #expect(told == ["left"])
    }

    @Test func aSlowReaderHoldsTheServerUpAndLosesNothing() async throws {
        let size = 64 << 20
        let server = try ScriptedServer { peer, server in
            peer.request()
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
            let block = (0..<65_536).map { UInt8(truncatingIfNeeded: $0 >> 8) }
            for _ in 0..<(size / block.count) { guard peer.send(block) else { return } }
            server.note("all")
        }
        defer { server.stop() }
        let nginx = try NginxServer(before: server)
        let (early, wrong, total) = try await withClient { client, reactor in
            let transfer = client.start(nginx)
            _ = try await transfer.head()
            await reactor.sleep(for: .milliseconds(200))
            #expect(server.notes.isEmpty)
            let early = transfer.bytesReceived
            var (wrong, total) = (0, 0)
            while let chunk = try await transfer.next() {
                for offset in stride(from: 0, to: chunk.count, by: 997) {
                    if chunk[offset] != UInt8(truncatingIfNeeded: ((total + offset) % 65_536) >> 8) { wrong += 1 }
                }
                total += chunk.count
            }
            return (early, wrong, total)
        }
        #expect(early <= 262_144 && wrong == 0 && total == size)
    }

    @Test func aLargeBodyIsSentWhole() async throws {
        let server = try ScriptedServer { peer, server in
            server.note("\(peer.request()?.utf8.count ?? 0)")
            peer.send(answer("ok"))
        }
        defer { server.stop() }
        let nginx = try NginxServer(before: server)
        let text = try await withClient { client, _ in
            await Exchange(client, nginx, body: [UInt8](repeating: 120, count: 1 << 20)).text
        }
        #expect(text == "ok" && (server.notes.first.flatMap { Int($0) } ?? 0) > 1 << 20)
    }

    /// nginx ends a connection with GOAWAY after so many requests; each request must still be answered, once.
    @Test func aGoodbyeOfThePeerLosesNoRequest() async throws {
        let server = try ScriptedServer { peer, server in
            server.note(peer.request() == nil ? "" : "request")
            peer.send(answer("hello"))
        }
        defer { server.stop() }
        let nginx = try NginxServer(before: server, requestsPerConnection: 3)
        let (answers, connections) = try await withClient { client, _ in
            var (answers, connections) = ([String](), Set<String>())
            for _ in 0..<20 {
                let exchange = await Exchange(client, nginx)
                answers.append(exchange.failure.map { "\($0)" } ?? exchange.text)
                connections.insert(exchange.connection ?? "")
            }
            return (answers, connections.count)
        }
        #expect(answers == Array(repeating: "hello", count: 20))
        #expect(server.notes.count == 20 && connections >= 7)
    }

    /// libcurl 7.88 with a small buffer leaves what does not fit lying until the next packet.
    @Test(arguments: [(5_000, 10), (14_000, 10), (100, 5 << 20), (9_000, 9 << 20)])
    func aWholeAnswerWithALargeHeadOrBodyDoesNotHang(head: Int, body: Int) async throws {
        let server = try ScriptedServer { peer, _ in
            peer.request()
            let fields = stride(from: 0, to: head, by: 500).map {
                "X-F\($0): \(String(repeating: "f", count: 490))\r\n"
            }
            peer.send("HTTP/1.1 200 OK\r\n\(fields.joined())Content-Length: \(body)\r\n\r\n")
            _ = peer.send([UInt8](repeating: 120, count: body))
        }
        defer { server.stop() }
        let nginx = try NginxServer(before: server)
        let (count, failure) = try await withClient { client, _ in
            let transfer = client.start(nginx, timeouts: UpstreamTimeouts(idle: .seconds(3)))
            do throws(TransferFailure) {
                _ = try await transfer.head()
                return (try await transfer.whole(limit: 32 << 20).count, TransferFailure?.none)
            } catch {
                return (0, error)
            }
        }
        #expect(count == body && failure == nil)
    }

    @Test func aRefusalIsReadWhole() async throws {
        let server = try ScriptedServer { peer, _ in
            peer.request()
            peer.send("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nslow")
        }
        defer { server.stop() }
        let nginx = try NginxServer(before: server)
        let exchange = try await withClient { client, _ in
            let exchange = await Exchange(client, nginx)
            return (exchange.status, exchange.text, exchange.failure)
        }
        #expect(exchange.0 == 429 && exchange.1 == "slow" && exchange.2 == nil)
    }
}

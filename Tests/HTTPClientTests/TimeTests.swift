import Glibc
import HTTPClient
import HTTPTypes
import NetIO
import Testing

private func limits(
    connect: Duration = .seconds(5), firstByte: Duration = .seconds(5), idle: Duration = .seconds(5),
    total: Duration = .seconds(5)
) -> UpstreamTimeouts {
    UpstreamTimeouts(connect: connect, firstByte: firstByte, idle: idle, total: total)
}

@Suite struct TimeTests {
    @Test(arguments: [
        (limits(firstByte: .milliseconds(40)), 0, TimeoutPhase.firstByte, ""),
        (limits(idle: .milliseconds(40)), 20, .idle, ""),  // in the head
        (limits(idle: .milliseconds(40)), 50, .idle, "hello"),
        (limits(total: .milliseconds(40)), 0, .total, ""),
        (limits(total: .milliseconds(40)), 50, .total, "hello"),
    ])
    func silenceEndsTheTransferWithItsPhase(
        timeouts: UpstreamTimeouts, sent: Int, phase: TimeoutPhase, body: String
    ) async throws {
        let clock = ContinuousClock()
        let start = clock.now
        let answer = try await answer(timeouts: timeouts) { peer, _ in
            peer.request()
            peer.send(String("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello".prefix(sent)))
            peer.awaitClose()
        }
        #expect(answer.failure == .timeout(phase: phase))
        #expect(answer.body == body)
        #expect(answer.written)
        #expect(clock.now - start >= .milliseconds(40))
    }

    @Test func aBacklogThatIsFullIsAConnectTimeoutAndNothingWasWritten() async throws {
        // Nobody accepts, and the queue of one is full: the handshake stays unanswered.
        let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        var fillers: [CInt] = []
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                _ = bind(listener, raw, length) == 0 && listen(listener, 0) == 0
                getsockname(listener, raw, &length)
                for _ in 0..<4 {
                    let filler = socket(
                        AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue), 0)
                    connect(filler, raw, length)
                    fillers.append(filler)
                }
            }
        }
        defer { for filler in fillers { close(filler) } }
        let url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        let answer = try await withClient { client, _ in
            await client.read(
                client.start(
                    UpstreamRequest(url: url, headers: []),
                    endpoint: UpstreamEndpoint(baseURL: url, timeouts: limits(connect: .milliseconds(60)))))
        }
        #expect(answer.failure == .timeout(phase: .connect))
        #expect(!answer.written)
    }

    @Test func slowButSteadyIsNotIdle() async throws {
        let answer = try await answer(timeouts: limits(idle: .milliseconds(60))) { peer, _ in
            peer.request()
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
            for _ in 0..<10 {
                peer.sleep(milliseconds: 12)
                peer.send("x")
            }
        }
        #expect(answer.body == "xxxxxxxxxx")
        #expect(answer.failure == nil)
    }

    @Test func aReaderThatPausesTheTransferIsNotThePeersSilence() async throws {
        let server = try ScriptedServer { peer, _ in
            peer.request()
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + String(repeating: "x", count: 1_000_000))
            peer.awaitClose()
        }
        defer { server.stop() }
        let answer = try await withClient { client, reactor in
            let transfer = client.start(server, timeouts: limits(idle: .milliseconds(40)), maxBuffered: 10_000)
            _ = try await transfer.head()
            await reactor.sleep(for: .milliseconds(150))
            return await client.read(transfer)
        }
        #expect(answer.body.utf8.count == 1_000_000)
        #expect(answer.failure == nil)
    }

    @Test func cancellingWakesTheWaiterAndClosesTheConnection() async throws {
        let server = try ScriptedServer { peer, server in
            peer.request()
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
            peer.awaitClose()
            server.note("closed")
        }
        defer { server.stop() }
        let failures = try await withClient { client, reactor in
            let transfer = client.start(server)
            reactor.schedule(after: .milliseconds(20)) { transfer.cancel() }
            let first = await client.read(transfer)
            transfer.cancel()
            let second = await client.read(transfer)
            while server.notes.isEmpty { await reactor.sleep(for: .milliseconds(1)) }
            #expect(client.activeTransfers == 0)
            #expect(transfer.bytesReceived == 5)
            return [first.failure, second.failure]
        }
        #expect(failures == [.cancelled, .cancelled])
    }

    @Test func cancellingBeforeTheConnectionSaysThatNothingWasWritten() async throws {
        let server = try ScriptedServer { peer, _ in peer.awaitClose() }
        defer { server.stop() }
        let (blocked, written) = try await withClient { client, _ in
            let endpoint = UpstreamEndpoint(baseURL: server.url, maxConnections: 1)
            let first = client.start(UpstreamRequest(url: server.url, headers: []), endpoint: endpoint)
            let waiting = client.start(UpstreamRequest(url: server.url, headers: []), endpoint: endpoint)
            waiting.cancel()
            first.cancel()
            return (await client.read(waiting).failure, waiting.requestWasWritten)
        }
        #expect(blocked == .cancelled)
        #expect(!written)
    }
}

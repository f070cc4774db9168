import Glibc
import HTTPServer
import HTTPTypes
import NetIO
import Testing

@Suite(.serialized) struct ListenerTests {
    private static let get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

    @Test func aGracefulStopFinishesWhatIsAtWorkAndEndsWhatIsIdle() async throws {
        let (texts, reset, counts) = try await onLoop { reactor in
            let handler = TestHandler { exchange in
                await reactor.sleep(for: .milliseconds(40))
                await echo(exchange)
            }
            let listener = try listen(handler, reactor)
            let idle = try TestClient(listener, reactor)
            let busy = try TestClient(listener, reactor)
            busy.send(ListenerTests.get)
            let working = await eventually(reactor) { listener.activeExchanges == 1 }
            let late = try TestClient(listener, reactor)  // still in the queue of the kernel
            late.send(ListenerTests.get)
            listener.stopAccepting()
            let counts = [working ? 1 : 0, listener.connectionCount, listener.address == nil ? 1 : 0]
            let texts = [await idle.readToEnd(), await busy.readToEnd().undated, await late.readToEnd().undated]
            return (texts, [idle.wasReset, busy.wasReset, late.wasReset], counts + [listener.connectionCount])
        }
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n/ "
        #expect(texts == ["", answer, answer])
        #expect(reset == [false, false, false])
        #expect(counts[0] == 1 && counts[1] == 2 && counts[2] == 1)
    }

    @Test func aHandlerRunsOnTheLoopsThread() async throws {
        let isSame = try await onLoop { reactor in
            let own = UInt(pthread_self())
            var isSame = false
            let handler = TestHandler { exchange in
                isSame = UInt(pthread_self()) == own
                await echo(exchange)
            }
            let client = try TestClient(listen(handler, reactor), reactor)
            client.send(ListenerTests.get)
            await client.read(until: "/ ")
            return isSame
        }
        #expect(isSame)
    }

    @Test func closeAllTellsHandlersThatTheirClientHasGone() async throws {
        let (isGone, wasReset, left) = try await onLoop { reactor in
            var seen = false
            let handler = TestHandler { exchange in
                _ = await eventually(reactor) { exchange.isClientGone }
                seen = exchange.isClientGone
            }
            let listener = try listen(handler, reactor)
            let client = try TestClient(listener, reactor)
            client.send(ListenerTests.get)
            _ = await eventually(reactor) { listener.activeExchanges == 1 }
            listener.closeAll()
            _ = await client.readToEnd()
            _ = await eventually(reactor) { listener.activeExchanges == 0 }
            return (seen, client.wasReset, listener.connectionCount)
        }
        #expect(isGone)
        #expect(wasReset == true)
        #expect(left == 0)
    }

    @Test func oneConnectionTooManyIsToldSo() async throws {
        let (text, first) = try await onLoop { reactor in
            var limits = HTTPServerLimits()
            limits.maxConnections = 1
            let listener = try listen(TestHandler(echo), reactor, limits: limits)
            let first = try TestClient(listener, reactor)
            let second = try TestClient(listener, reactor)
            second.send(ListenerTests.get)
            let text = await second.readToEnd()
            first.send(ListenerTests.get)
            return (text, await first.read(until: "/ "))
        }
        #expect(text.hasPrefix("HTTP/1.1 503 "))
        #expect(first.hasPrefix("HTTP/1.1 200 "))
    }

    @Test func bodiesTogetherAreBounded() async throws {
        let (held, refused, after) = try await onLoop { reactor in
            var limits = HTTPServerLimits()
            limits.maxBodiesTotal = 1000
            let listener = try listen(TestHandler(echo), reactor, limits: limits)
            let holder = try TestClient(listener, reactor)
            holder.send(
                "POST /h HTTP/1.1\r\nHost: x\r\nContent-Length: 901\r\n\r\n" + String(repeating: "x", count: 900))
            await reactor.sleep(for: .milliseconds(5))
            let wire = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 200\r\n\r\n" + String(repeating: "y", count: 200)
            let other = try TestClient(listener, reactor)
            other.send(wire)
            let refused = await other.readToEnd()
            holder.send("x")
            let held = await holder.read(until: "x")
            let third = try TestClient(listener, reactor)
            third.send(wire)
            return (held, refused, await third.read(until: "y"))
        }
        #expect(refused.hasPrefix("HTTP/1.1 503 "))
        #expect(held.hasPrefix("HTTP/1.1 200 "))
        #expect(after.hasPrefix("HTTP/1.1 200 "))
    }

    @Test func twoThousandIdleConnectionsHoldLittleMemoryAndAllStillWork() async throws {
        let (answered, grown, left) = try await onLoop { reactor in
            var limits = HTTPServerLimits()
            limits.idleTimeout = .seconds(2)
            let listener = try listen(TestHandler(echo), reactor, limits: limits)
            let before = residentBytes()
            var clients: [TestClient] = []
            for _ in 0..<2000 {
                let client = try TestClient(listener, reactor)
                client.send(ListenerTests.get)
                clients.append(client)
                if clients.count % 200 == 0 { await reactor.sleep(for: .milliseconds(2)) }
            }
            _ = await eventually(reactor) { listener.connectionCount == 2000 }
            await reactor.sleep(for: .milliseconds(20))
            var answered = 0
            for client in clients where await client.read(until: "/ ").hasSuffix("/ ") { answered += 1 }
            let grown = residentBytes() - before
            clients = []
            _ = await eventually(reactor) { listener.connectionCount == 0 }
            return (answered, grown, listener.connectionCount)
        }
        #expect(answered == 2000)
        #expect(grown < 24 << 20)  // clients included; the server's share is about 2 KiB each
        #expect(left == 0)
    }
}

/// The process's memory, from `/proc/self/statm`.
private func residentBytes() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    guard fgets(&line, 128, file) != nil else { return 0 }
    let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return (Int(text.split(separator: " ")[1]) ?? 0) * 4096
}
